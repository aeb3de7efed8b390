// A committee of seven that executes commits on the token asset, for tests of execution, checkpoints and claims.
import {
  executeCommit,
  type CommitInput,
  type CommitOutcome,
  type ExecutionSettings
} from '#asset-layer/execution/execute-commit.ts'
import { type AssetState, openAssetState } from '#asset-layer/execution/asset-state.ts'
import type { CommitteeKeys } from '#asset-layer/checkpoints/certificate.ts'
import { dagIdOf } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import type { BlockId, CheckpointId, Seat } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type CertifiedStatement, type Statement, statementSigningBytes } from '#contracts/statements/statement.ts'
import {
  ASSET,
  contextOf,
  fakeSign,
  fakeVerify,
  firstTree,
  GENESIS,
  keyOf,
  registrationWith
} from '../assets/fixtures.ts'

/** Sequence 0 is the registration, whose id is the asset's [CKP-1]. */
export const FIRST = ASSET as string as CheckpointId
export const DAG = dagIdOf(ASSET, 1, hashHex<BlockId>('test-source'), FIRST)
export const SEATS = Array.from({ length: 7 }, (_, seat) => keyOf(`seat ${seat}`))
export const COMMITTEE: CommitteeKeys = { genesis: GENESIS, asset: ASSET, epoch: 1, dag: DAG, seats: SEATS }
export const BEGINS = 56

export function settingsWith(
  changes: Omit<Partial<ExecutionSettings>, 'terms'> & {
    readonly terms?: Partial<ExecutionSettings['terms']>
    readonly registration?: AssetRegister
  } = {}
): ExecutionSettings {
  const { terms, registration, ...rest } = changes
  return {
    context: contextOf(registration),
    epoch: 1,
    dag: DAG,
    verify: fakeVerify,
    ...rest,
    terms: {
      stepCap: 8192,
      commitSteps: 1024,
      idleTicks: 60,
      interval: 6,
      begins: BEGINS,
      boundary: BEGINS + 160,
      ...terms
    }
  }
}

export function firstAssetState(registration: AssetRegister = registrationWith(), begins = BEGINS): AssetState {
  return openAssetState({ id: FIRST, sequence: 0, baseHeight: 2, nextStep: 0, tree: firstTree(registration) }, begins)
}

/** Runs commits one after the other and keeps what they gave. */
export class Committee {
  state: AssetState
  readonly settings: ExecutionSettings
  readonly outcomes: CommitOutcome[] = []

  constructor(settings: ExecutionSettings = settingsWith(), state: AssetState = firstAssetState()) {
    this.settings = settings
    this.state = state
  }

  commit(
    baseHeight: number,
    instructions: readonly Uint8Array[],
    logEntries: readonly Uint8Array[] = []
  ): CommitOutcome {
    const input: CommitInput = {
      index: this.state.commitIndex + 1,
      baseHeight,
      slot: baseHeight + 7,
      tick: baseHeight,
      instructions,
      logEntries
    }
    const outcome = executeCommit(this.state, this.settings, input)
    this.state = outcome.state
    this.outcomes.push(outcome)
    return outcome
  }
}

export function signStatement(seat: Seat, statement: Statement): Uint8Array {
  return fakeSign(present(SEATS[seat], 'a seat'), statementSigningBytes(GENESIS, statement))
}

export function certify(statement: Statement, seats: readonly Seat[] = [0, 1, 2, 3, 4]): CertifiedStatement {
  return { statement, signatures: seats.map(seat => ({ seat, signature: signStatement(seat, statement) })) }
}
