// An asset on a test chain: registered, bonded and checkpointed by validators with fixed keys. Statements are
// what a test says they are: base state checks their place and signatures and takes their roots on trust until
// they are refuted.
import { newestCheckpointOf } from '#test/support/state-reads.ts'
import { tokenTemplate } from '#contracts/assets/token.ts'
import type { TraceLeaf } from '#contracts/assets/trace.ts'
import { termsHashOf } from '#contracts/bonds/terms.ts'
import { encodeClaim } from '#contracts/claims/claim.ts'
import { showLeaf, traceLogOf } from '#contracts/claims/shown-leaf.ts'
import { encode } from '#contracts/codec/codec.ts'
import { dagIdOf } from '#contracts/committees/committee-record.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { AssetRegister } from '#contracts/ledger/actions/asset-register.ts'
import { bondIdOf } from '#contracts/ledger/actions/bond.ts'
import { type ClaimReveal, type ClaimTarget, commitmentOf } from '#contracts/ledger/actions/claim.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import type { AssetId, BondId, ClaimId, Hash, PublicKey, Seat } from '#contracts/primitives/ids.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'
import {
  type Statement,
  statementCodec,
  statementIdOf,
  statementSigningBytes
} from '#contracts/statements/statement.ts'
import { type Actor, actor, type ChainBuilder, shares } from './chain-builder.ts'

export function registrationOf(issuer: Actor, change: Partial<AssetRegister> = {}): AssetRegister {
  const parameters = tokenTemplate.encodeParameters({
    name: 'Test token',
    decimals: 2,
    supplyCap: 1_000_000n,
    mint: true,
    burn: true,
    freeze: false,
    recall: false
  })
  assert(parameters.ok, 'the test parameters are valid')
  return {
    symbol: 'TEST',
    issuer: issuer.key,
    template: 'token',
    templateVersion: 1,
    parameters: parameters.value,
    mode: 'opt-in',
    seats: 4,
    collateralPerSeat: shares(10),
    termTicks: 1000,
    interval: 6,
    windowTicks: 48,
    statedValue: 0n,
    reserveAtoms: 100_000n,
    ...change
  }
}

export class AssetBuilder {
  readonly chain: ChainBuilder
  readonly issuer: Actor
  readonly registration: AssetRegister
  readonly transaction: Transaction
  readonly id: AssetId
  readonly validators: Actor[] = []
  readonly #byKey = new Map<PublicKey, Actor>()

  /** Makes the registration; the test puts it into a block. */
  constructor(chain: ChainBuilder, issuer: Actor, change: Partial<AssetRegister> = {}) {
    this.chain = chain
    this.issuer = issuer
    this.registration = registrationOf(issuer, change)
    const locks = chain.state.chain.parameters.registrationLockAtoms + this.registration.reserveAtoms
    this.transaction = chain.spend({ from: issuer, action: { kind: 'asset.register', ...this.registration }, locks })
    this.id = transactionIdOf(this.transaction) as Hash as AssetId
  }

  get record() {
    return present(this.chain.state.get('assets', this.id), 'the asset is registered')
  }

  committee(epoch = this.record.current) {
    return present(this.chain.state.get('committees', { asset: this.id, epoch }), 'the epoch has a committee')
  }

  checkpoint(sequence: number) {
    return present(this.chain.state.get('checkpoints', { asset: this.id, sequence }), 'the sequence is recorded')
  }

  /** A bond of one unit by each name, owned and paid by `owner`, in one transaction. */
  bond(
    owner: Actor,
    names: readonly string[],
    change: { readonly terms?: Hash; readonly units?: number } = {}
  ): Transaction {
    const actors = names.map(actor)
    for (const one of actors) {
      this.validators.push(one)
      this.#byKey.set(one.key, one)
    }
    const units = change.units ?? 1
    const bonds = actors.map(one => ({
      asset: this.id,
      validator: one.key,
      owner: owner.key,
      rewards: one.key,
      terms: change.terms ?? termsHashOf(this.registration),
      units
    }))
    const locks = this.registration.collateralPerSeat * BigInt(bonds.length * units)
    return this.chain.spend({ from: owner, action: { kind: 'bond.post', bonds }, locks })
  }

  static bondIds(transaction: Transaction, count: number): readonly BondId[] {
    return Array.from({ length: count }, (_, index) => bondIdOf(transactionIdOf(transaction), index))
  }

  /** The next statement of the current epoch, with an invented root, closing as it may. */
  statement(change: Partial<Statement> = {}): Statement {
    const { chain, id, record } = this
    const { parameters } = chain.state.chain
    const epoch = change.epoch ?? record.current
    const committee = this.committee(epoch)
    const previous = newestCheckpointOf(chain.state, id)
    const before = previous.statement
    const baseHeight = change.baseHeight ?? chain.state.recordedFinal.height
    const sequence = record.sequence + 1
    const isLast = baseHeight >= committee.source + parameters.epoch + parameters.margin
    return {
      asset: id,
      epoch,
      dag:
        before?.epoch === epoch
          ? before.dag
          : dagIdOf(id, epoch, present(committee.sourceId, 'a named source'), previous.id),
      commitIndex: sequence,
      sequence,
      previous: previous.id,
      engine: committee.engine,
      baseHeight,
      logConsumed: this.logSize,
      firstStep: before === null ? 0 : before.firstStep + before.stepCount,
      stepCount: 1,
      traceRoot: hashHex('test-trace'),
      preRoot: before?.postRoot ?? record.firstRoot,
      postRoot: hashHex('test-root', asciiToBytes(`${sequence}`)),
      exitCount: 0,
      exitsRoot: hashHex('test-exits'),
      outboxRoot: hashHex('test-outbox'),
      closes: isLast ? 'epoch' : 'interval',
      ...change
    }
  }

  get logSize(): number {
    const head = this.chain.state.get('logs', { kind: 'head', asset: this.id })
    return head?.kind === 'head' ? head.frontier.size : 0
  }

  /** Signs a statement with these seats of its epoch, by default all. */
  signatures(statement: Statement, seats?: readonly Seat[]) {
    const { chain } = this
    const committee = this.committee(statement.epoch)
    const message = statementSigningBytes(chain.genesis, statement)
    return (seats ?? committee.seats.map((_, seat) => seat)).map(seat => {
      const { validator } = present(committee.seats[seat], 'a seat')
      const signer = present(this.#byKey.get(validator), 'a known validator')
      return { seat, signature: signMessage(signer.secret, message) }
    })
  }

  post(poster: Actor, statement: Statement, seats?: readonly Seat[]): Transaction {
    const signatures = this.signatures(statement, seats)
    return this.chain.spend({
      from: poster,
      action: { kind: 'checkpoint.post', statement: encode(statementCodec, statement), signatures }
    })
  }

  /** Empty blocks until the asset has a status. */
  produceUntil(status: string, most = 200): void {
    for (let i = 0; this.record.status !== status; i++) {
      assert(i < most, `the asset is ${this.record.status}, not ${status}, after ${most} blocks`)
      this.chain.produce()
    }
  }
}

/**
 * Whom a test accuses, and the claim that proves it: a checkpoint whose postRoot is not the root after its last
 * step.
 */
export function falseEdge(asset: AssetBuilder, change: Partial<Statement> = {}) {
  const place = asset.statement(change)
  const leaf: TraceLeaf = {
    index: place.firstStep,
    inputHash: hashHex('test-input'),
    inputLength: 10,
    root: hashHex('test-true-root'),
    effectsHash: hashHex('test-effects')
  }
  const log = traceLogOf([leaf])
  const statement = { ...place, traceRoot: bytesToHex(log.root()) as Hash, postRoot: hashHex('test-false-root') }
  const shown = present(showLeaf([leaf], log, 0), 'a leaf of the log')
  const checkpoint = statementIdOf(statement)
  const claim = encodeClaim({
    kind: 'bad-edge',
    asset: asset.id,
    sequence: statement.sequence,
    checkpoint,
    edge: { kind: 'last', leaf: shown }
  })
  const target: ClaimTarget = { kind: 'checkpoint', asset: asset.id, sequence: statement.sequence, checkpoint }
  return { statement, claim, target }
}

/** The two transactions of a claim by one claimant. */
export class TestClaim {
  readonly commit: Transaction
  readonly id: ClaimId
  readonly #reveal: Omit<ClaimReveal, 'commit'>
  readonly #chain: ChainBuilder
  readonly #from: Actor

  constructor(chain: ChainBuilder, from: Actor, target: ClaimTarget, claim: Uint8Array, deposit: bigint) {
    this.#chain = chain
    this.#from = from
    this.#reveal = { claim, claimant: from.key, salt: hashHex('test-salt', asciiToBytes(from.name)) }
    const action = {
      kind: 'claim.commit',
      target,
      commitment: commitmentOf(this.#reveal),
      claimant: from.key,
      deposit
    } as const
    this.commit = chain.spend({ from, action, locks: deposit })
    this.id = transactionIdOf(this.commit) as Hash as ClaimId
  }

  get record() {
    const found = this.#chain.state.get('claims', { kind: 'commit', id: this.id })
    return found?.kind === 'commit' ? found : undefined
  }

  reveal(change: Partial<ClaimReveal> = {}): Transaction {
    const action = { kind: 'claim.reveal', ...this.#reveal, commit: this.id, ...change } as const
    return this.#chain.spend({ from: this.#from, action })
  }
}

/** Two statements of one commit by one seat, and the claim that names them. */
export function twinStatements(asset: AssetBuilder, seat: Seat) {
  const first = asset.statement()
  const second = { ...first, postRoot: hashHex('test-twin') }
  const signed = [first, second].map(statement => {
    const [one] = asset.signatures(statement, [seat])
    return { statement, signature: present(one, 'a signature').signature }
  })
  const { epoch, dag } = first
  const place = { asset: asset.id, epoch, dag, seat }
  const twins = { kind: 'statements', first: present(signed[0], 'one'), second: present(signed[1], 'two') } as const
  const target: ClaimTarget = { kind: 'seat', ...place }
  return { claim: encodeClaim({ kind: 'equivocation', ...place, twins }), target }
}
