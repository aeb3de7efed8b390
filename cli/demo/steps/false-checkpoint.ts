// Step 8: three of the second asset's four seats credit themselves what no instruction gave them, certify it and post it.
import type { Statement } from '#contracts/statements/statement.ts'
import type { BondId, PublicKey } from '#contracts/primitives/ids.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import { quorumOf } from '#contracts/committees/quorum.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { FALSE_SEQUENCE, FALSE_UNITS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import type { DemoAsset } from './asset-registered.ts'

export interface FalseCheckpoint {
  readonly record: CheckpointRecord
  readonly statement: Statement
  readonly committee: CommitteeRecord
  /** Of the checkpoint it follows. */
  readonly previousBaseHeight: number
  readonly liars: readonly string[]
  /** Of every seat, before anything was taken. */
  readonly bonds: ReadonlyMap<BondId, bigint>
}

/** Who is credited: nobody ever pays this account. */
const CULPRIT: PublicKey = deriveDevKey('mallory').publicKey

/** Switches a quorum of the seats to lie and their watchers off; the last seat stays honest. */
export async function corrupt(world: World, asset: DemoAsset, committee: CommitteeRecord): Promise<readonly string[]> {
  const liars = committee.seats.slice(0, quorumOf(committee.seats.length)).map(seat => world.nameOf(seat.validator))
  for (const name of liars) {
    const { rpcUrl } = world.network.node(name)
    await rpcCall(rpcUrl, 'dev.watchers', { on: false })
    await rpcCall(rpcUrl, 'dev.lie', {
      asset: asset.id,
      sequence: FALSE_SEQUENCE,
      account: CULPRIT,
      atoms: String(FALSE_UNITS)
    })
  }
  return liars
}

export async function observeLie(
  stage: Stage,
  world: World,
  asset: DemoAsset,
  committee: CommitteeRecord,
  liars: readonly string[]
): Promise<Sight<FalseCheckpoint>> {
  const bonds = new Map(
    await Promise.all(
      committee.seats.map(async ({ bond }) => [bond, (await world.chain.read('balances', bond))?.atoms ?? 0n] as const)
    )
  )
  const certified = await stage.until(
    'a certificate for units that nobody gave',
    async () => {
      const balance = await world.client.balance(asset.id, CULPRIT)
      return balance.ok && balance.value > 0n ? balance.value : undefined
    },
    400
  )
  const record = await stage.until(`checkpoint ${FALSE_SEQUENCE} on the base chain`, () =>
    world.chain.read('checkpoints', { asset: asset.id, sequence: FALSE_SEQUENCE })
  )
  const statement = present(record.statement, 'a posted checkpoint has a statement')
  const before = await world.chain.read('checkpoints', { asset: asset.id, sequence: FALSE_SEQUENCE - 1 })
  const signers = record.signers.map(seat =>
    world.nameOf(present(committee.seats[seat], 'a signer has a seat').validator)
  )
  return {
    value: {
      record,
      statement,
      committee,
      liars,
      bonds,
      previousBaseHeight: before?.statement?.baseHeight ?? 0
    },
    height: record.postedAt,
    summary: `${signers.join(', ')} signed checkpoint ${FALSE_SEQUENCE}: ${certified} units to an account nobody paid`,
    detail: {
      asset: asset.id,
      sequence: FALSE_SEQUENCE,
      checkpoint: record.id,
      postedAt: record.postedAt,
      signers,
      switchedToLie: liars,
      stepCount: statement.stepCount,
      traceRoot: statement.traceRoot,
      postRoot: statement.postRoot,
      culprit: CULPRIT,
      certifiedUnits: certified,
      bonds: committee.seats.map(({ bond, validator }) => ({
        node: world.nameOf(validator),
        bond,
        atoms: bonds.get(bond)
      }))
    }
  }
}
