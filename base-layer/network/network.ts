// The base chain on the network: subscribes the topics, serves requests, sends what the chain wants sent, and keeps the
// chain in step with its peers. Made before the chain, bound to it at the start.
import { type Decoded, encode } from '#contracts/codec/codec.ts'
import { type SignedAcknowledgement, signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import type { Block, blockIdOf } from '#contracts/statements/block.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { type SignedVote, signedVoteCodec } from '#contracts/statements/vote.ts'
import type { ChainProofs } from '../base-chain.ts'
import { bytesOfBlock } from '../chain/block-bytes.ts'
import type { Chain, Outbound } from '../chain/chain.ts'
import type { PreferenceDesk } from '../chain/mempool/preference-desk.ts'
import type { Source } from '../consensus/events.ts'
import type { Clock } from '../runtime/clock.ts'
import { isRuntimeError } from '../runtime/errors.ts'
import type { Host } from '../runtime/host.ts'
import type { Logger } from '../runtime/logger.ts'
import type { PreparedTransaction } from '../state/transactions/apply-transaction.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { Asker } from './asker.ts'
import { compactOf } from './compact-block.ts'
import { serveRequests } from './handlers.ts'
import type { Intake } from './intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import { questionsOf } from './questions.ts'
import { type FinalPoint, Sampler, type SampleOutcome } from './sampling.ts'
import { SnapshotServer } from './snapshot-server.ts'
import { Sync } from './sync.ts'
import { blockGossipCodec, type WireNames, wireNames } from './wire.ts'

export interface NetworkParts {
  readonly host: Host
  readonly clock: Clock
  readonly logger: Logger
  readonly genesis: GenesisHash
  readonly statusMs: number
}

export class BaseNetwork implements Outbound {
  readonly #parts: NetworkParts
  readonly #names: WireNames
  #sync: Sync | undefined
  #intake: Intake | undefined
  #sampler: Sampler | undefined
  #stops: (() => void)[] = []

  constructor(parts: NetworkParts) {
    this.#parts = parts
    this.#names = wireNames(parts.genesis)
  }

  start(
    chain: Chain,
    store: ChainStore,
    intake: Intake,
    proofs: ChainProofs,
    desk: Pick<PreferenceDesk, 'takeBytes'>
  ): void {
    const { host, clock, logger, statusMs } = this.#parts
    const names = this.#names
    const asker = new Asker(host, logger)
    const questions = questionsOf(names)
    const sync = new Sync({ chain, store, intake, asker, questions, clock, logger, statusMs })
    const snapshots = new SnapshotServer(chain, store, clock)
    this.#sampler = new Sampler(asker, questions)
    this.#sync = sync
    this.#intake = intake
    this.#stops = [
      serveRequests(host, questions, { chain, store, intake, proofs, snapshots }),
      host.subscribe(names.blocks, (bytes, from) =>
        intake.takeBlockGossip(bytes, from, {
          fetch: id => sync.fetch(id, from),
          pieces: (id, places) => sync.pieces(from, id, places)
        })
      ),
      host.subscribe(names.acknowledgements, (bytes, from) => intake.takeAcknowledgement(bytes, from)),
      host.subscribe(names.votes, (bytes, from) => intake.takeVote(bytes, from)),
      host.subscribe(names.preferences, (bytes, from) => intake.takePreference(bytes, from, desk)),
      host.subscribe(names.transactions, (bytes, from) => intake.takeTransaction(bytes, from))
    ]
    sync.start()
  }

  /** What peers outside the groups of `heardFrom` say of a point [NET-2]; before the start nobody says anything. */
  async sample(point: FinalPoint, heardFrom: Iterable<string> = []): Promise<SampleOutcome> {
    return this.#sampler?.sample(point, heardFrom) ?? { kind: 'alone' }
  }

  stop(): void {
    this.#sync?.stop()
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  /** Small blocks whole, others as a header with short ids, and only the header if that is too much as well. */
  sendBlock(block: Block): void {
    const bytes = bytesOfBlock(block)
    const { header, signature } = block
    if (bytes.length <= SYNC_LIMITS.wholeBlockBytes) return this.#publishBlock({ kind: 'whole', block: bytes })
    const compact = encode(blockGossipCodec, { kind: 'compact', ...compactOf(block) })
    if (compact.length <= SYNC_LIMITS.gossipBlockBytes) this.#publish(this.#names.blocks, compact)
    else this.#publishBlock({ kind: 'header', header, signature })
  }

  sendAcknowledgement(acknowledgement: SignedAcknowledgement): void {
    this.#publish(this.#names.acknowledgements, encode(signedAcknowledgementCodec, acknowledgement))
  }

  sendVote(vote: SignedVote): void {
    this.#publish(this.#names.votes, encode(signedVoteCodec, vote))
  }

  sendTransaction({ encoded }: PreparedTransaction): void {
    this.#publish(this.#names.transactions, encoded)
  }

  /** The chief's word on two waiting transactions, in the bytes it signed [GOV-3]. */
  sendPreference(encoded: Uint8Array): void {
    this.#publish(this.#names.preferences, encoded)
  }

  fetchBlock(id: ReturnType<typeof blockIdOf>, from: Source): void {
    this.#sync?.fetch(id, from)
  }

  catchUp(from: Source): void {
    this.#sync?.catchUp(from)
  }

  penalise(signer: PublicKey): void {
    this.#intake?.blame(signer)
  }

  #publishBlock(message: Decoded<typeof blockGossipCodec>): void {
    this.#publish(this.#names.blocks, encode(blockGossipCodec, message))
  }

  #publish(topic: string, bytes: Uint8Array): void {
    this.#parts.host.publish(topic, bytes).catch((error: unknown) => {
      if (isRuntimeError(error) && error.code === 'E_STOPPED') return
      this.#parts.logger.warn({ topic, err: String(error) }, 'could not publish')
    })
  }
}
