// Blocks of one dag as bytes and as instructions: recent ones in memory for answers and execution, older ones from the store.
// Admission turns untrusted bytes into checked blocks, each verified once, off the main thread [DAG-3, SIG-1].
import type { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import type { GenesisHash, Hash, PublicKey, Round } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import {
  type CheckedDagBlock,
  type CheckedDagHeader,
  checkDagBlock,
  checkDagHeader,
  checkSignedDagHeader,
  DAG_LIMITS,
  dagBodyCodec,
  type DagContext,
  dagDigest,
  dagHeaderSigningBytes,
  type DagRef,
  EMPTY_BODY,
  signedDagHeaderCodec
} from '#contracts/statements/dag-header.ts'
import { LINK_LIMITS, REPLICA_LIMITS } from '../limits.ts'
import type { LaneStore, RoundedBlock, StoredBlock } from '../store/lane-store.ts'
import type { InstructionChecks } from './instructions.ts'

const NOTHING: readonly Uint8Array[] = []

interface Body {
  readonly round: Round
  readonly instructions: readonly Uint8Array[]
  readonly warmed: Promise<void>
}

export class BlockCache {
  readonly #lane: LaneStore
  readonly #checks: InstructionChecks
  /** Blocks of the newest rounds, by round. */
  readonly #recent = new Map<Round, RoundedBlock[]>()
  readonly #byDigest = new Map<Hash, RoundedBlock>()
  readonly #bodies = new Map<Hash, Body>()
  readonly #encoded = new WeakMap<CheckedDagHeader, Uint8Array>()
  /** Own bodies, by the array they were encoded into. */
  readonly #own = new WeakMap<Uint8Array, readonly Uint8Array[]>()
  #top: Round = 0

  constructor(lane: LaneStore, checks: InstructionChecks) {
    this.#lane = lane
    this.#checks = checks
  }

  /** The header as sent and stored, encoded once. */
  encodedHeader(signed: CheckedDagHeader): Uint8Array {
    const known = this.#encoded.get(signed)
    if (known !== undefined) return known
    const { header, signature } = signed
    const encoded = encode(signedDagHeaderCodec, { header, signature })
    this.#encoded.set(signed, encoded)
    return encoded
  }

  has(digest: Hash): boolean {
    return this.#byDigest.has(digest)
  }

  /** An accepted block. */
  add(block: CheckedDagBlock): RoundedBlock {
    const { round, author } = block.header
    const rounded = { round, author, digest: block.digest, header: this.encodedHeader(block), body: block.body }
    const list = this.#recent.get(round) ?? []
    if (list.length === 0) this.#recent.set(round, list)
    list.push(rounded)
    this.#byDigest.set(block.digest, rounded)
    this.prepare(block)
    if (round > this.#top) this.#collect(round)
    return rounded
  }

  /** The body of an own block from checked instructions, which are not decoded and checked again. */
  encodeOwnBody(instructions: readonly Uint8Array[]): Uint8Array {
    const body = encode(dagBodyCodec, instructions)
    this.#own.set(body, instructions)
    return body
  }

  /** Decodes a body and starts to check the signatures in it, before its block is ordered. */
  prepare(block: CheckedDagBlock): void {
    if (block.header.bodyBytes === EMPTY_BODY.length || this.#bodies.has(block.digest)) return
    this.#bodies.set(block.digest, this.#bodyOf(block.header.round, block.body))
    if (this.#bodies.size <= REPLICA_LIMITS.bodies) return
    const oldest = this.#bodies.keys().next().value
    if (oldest !== undefined) this.#bodies.delete(oldest)
  }

  /** The instructions of a committed block, their signatures looked at. */
  async instructionsOf({ digest, round }: DagRef): Promise<readonly Uint8Array[]> {
    let body = this.#bodies.get(digest)
    if (body === undefined) {
      const block = this.#byDigest.get(digest) ?? this.#stored(digest)
      if (block === undefined) throw new Error(`no block ${digest} in the store`)
      if (block.body.length === EMPTY_BODY.length) return NOTHING
      body = this.#bodyOf(round, block.body)
    }
    await body.warmed
    this.#bodies.delete(digest)
    return body.instructions
  }

  /** Blocks by reference, those that are here, as many as an answer holds. */
  find(refs: readonly DagRef[]): readonly StoredBlock[] {
    return this.#fill(refs.flatMap(({ digest }) => this.#byDigest.get(digest) ?? this.#stored(digest) ?? []))
  }

  /** Blocks of a round and later ones, ascending, as many as an answer holds. */
  fromRound(from: Round): readonly StoredBlock[] {
    const first = Math.max(from, 1)
    const oldest = this.#recent.keys().next().value
    if (oldest !== undefined && first >= oldest) {
      const blocks: RoundedBlock[] = []
      for (let round = first; round <= this.#top; round++) blocks.push(...(this.#recent.get(round) ?? []))
      return this.#fill(blocks)
    }
    this.#lane.flush()
    return this.#fill(this.#lane.blocksOfRounds(first))
  }

  #bodyOf(round: Round, encoded: Uint8Array): Body {
    const own = this.#own.get(encoded)
    if (own !== undefined) return { round, instructions: own, warmed: Promise.resolve() }
    const decoded = decode(dagBodyCodec, encoded, DAG_LIMITS.bodyBytes)
    const instructions = decoded.ok ? decoded.value : NOTHING
    return { round, instructions, warmed: this.#checks.warm(instructions) }
  }

  #stored(digest: Hash): StoredBlock | undefined {
    const found = this.#lane.block(digest)
    if (found !== undefined) return found
    this.#lane.flush()
    return this.#lane.block(digest)
  }

  #fill(blocks: readonly StoredBlock[]): readonly StoredBlock[] {
    const filled: StoredBlock[] = []
    let size = 0
    for (const { header, body } of blocks) {
      size += header.length + body.length
      if (filled.length > 0 && (size > LINK_LIMITS.answerBytes || filled.length === LINK_LIMITS.answerBlocks)) break
      filled.push({ header, body })
    }
    return filled
  }

  #collect(round: Round): void {
    this.#top = round
    for (const [old, blocks] of this.#recent) {
      if (old >= round - REPLICA_LIMITS.recentRounds) break
      this.#recent.delete(old)
      for (const { digest } of blocks) this.#byDigest.delete(digest)
    }
  }
}

/** Turns bytes from peers into checked headers and blocks of one dag. */
export class BlockAdmission {
  readonly #context: DagContext
  readonly #genesis: GenesisHash
  readonly #keys: readonly PublicKey[]
  readonly #pool: VerifyPool

  constructor(context: DagContext, genesis: GenesisHash, keys: readonly PublicKey[], pool: VerifyPool) {
    this.#context = context
    this.#genesis = genesis
    this.#keys = keys
    this.#pool = pool
  }

  /** Decoded and named, nothing checked yet. */
  read(encoded: Uint8Array): Verdict<CheckedDagHeader> {
    const decoded = decode(signedDagHeaderCodec, encoded, DAG_LIMITS.signedHeaderBytes)
    if (!decoded.ok) return decoded
    const { header, signature } = decoded.value
    const checked = checkDagHeader(this.#context, header)
    return checked.ok ? accept({ header, signature, digest: dagDigest(header) }) : checked
  }

  async header(signed: CheckedDagHeader): Promise<Verdict<CheckedDagHeader>> {
    const key = await this.#verified(signed)
    return key.ok ? checkSignedDagHeader(this.#context, this.#genesis, key.value, signed) : key
  }

  async block(signed: CheckedDagHeader, body: Uint8Array): Promise<Verdict<CheckedDagBlock>> {
    if (body.length !== signed.header.bodyBytes)
      return reject('E_DAG_BODY_SIZE', 'the body is not as long as announced')
    const key = await this.#verified(signed)
    return key.ok ? checkDagBlock(this.#context, this.#genesis, key.value, signed, body) : key
  }

  /** The pool remembers a good signature, so the check after it costs nothing. */
  async #verified({ header, signature }: CheckedDagHeader): Promise<Verdict<PublicKey>> {
    const key = this.#keys[header.author]
    if (key === undefined) return reject('E_DAG_AUTHOR', 'no such seat')
    const good = await this.#pool.verify(key, dagHeaderSigningBytes(this.#genesis, header), signature)
    return good ? accept(key) : reject('E_DAG_SIGNATURE', 'the header is not signed by its seat')
  }
}
