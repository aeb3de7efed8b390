// The block of a committee's DAG: header, body, digest, genesis, leader and the checks that need no other block
// (V1 to V7). Used by the asset layer's consensus, by watchers and by the judge of equivocation.
// Upholds [DAG-1] genesis and leader, [DAG-3] digest over the header alone and one ancestor per author, [SIG-2].
import { bytes, type Decoded, decode, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { faultsOf, quorumOf } from '../committees/quorum.ts'
import { hashBytes, hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes, verifySignature } from '../crypto/signature.ts'
import { bytesToBigint, hexToBytes, uintToBytes } from '../primitives/bytes.ts'
import type { DagId, GenesisHash, Hash, PublicKey, Round, Seat } from '../primitives/ids.ts'
import { accept, assert, reject, type Verdict } from '../primitives/verdict.ts'

/** What a block may hold; each bound keeps the worst block affordable to check, store and send. */
export const DAG_LIMITS = {
  /** Seats of one committee: a header names at most this many ancestors (about 5 kB). */
  seats: 100,
  /** Rounds fit in 32 bits: at 20 a second that is seven years of one epoch. */
  round: 0xffff_ffff,
  /** Encoded header: 100 ancestors of 46 bytes and the fixed fields, with room to spare. */
  headerBytes: 8192,
  /** Encoded signed header. */
  signedHeaderBytes: 8192 + 128,
  /** Encoded body: one block every 50 ms fills a 5 MB/s link. */
  bodyBytes: 256 * 1024,
  /** Instructions in a body: as many as one commit may execute (COMMIT_STEPS). */
  instructions: 1024,
  /** One instruction: small enough that its witness fits in a claim. */
  instructionBytes: 16 * 1024
} as const

const refCodec = record({
  round: uint(DAG_LIMITS.round),
  author: uint(DAG_LIMITS.seats - 1),
  digest: hex32<Hash>()
})

/** Names one block: its place in the DAG and the digest of its header. */
export type DagRef = Decoded<typeof refCodec>

export const dagHeaderCodec = record({
  dag: hex32<DagId>(),
  round: uint(DAG_LIMITS.round),
  author: uint(DAG_LIMITS.seats - 1),
  /** First the author's own previous block, then at most one block of every other author. */
  ancestors: list(refCodec, DAG_LIMITS.seats),
  /** Hash of the encoded body, domain 'dag-body'. */
  bodyHash: hex32<Hash>(),
  bodyBytes: uint(DAG_LIMITS.bodyBytes),
  /** The author's newest final base height [DAG-5]. */
  baseHeight: uint()
})
export type DagHeader = Decoded<typeof dagHeaderCodec>

export const signedDagHeaderCodec = record({
  header: dagHeaderCodec,
  signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
})
export type SignedDagHeader = Decoded<typeof signedDagHeaderCodec>

/** Instructions in the order they run, each as its own canonical bytes. */
export const dagBodyCodec = list(bytes(DAG_LIMITS.instructionBytes, 1), DAG_LIMITS.instructions)
export type DagBody = Decoded<typeof dagBodyCodec>

/** A list of references, for requests between members. */
export const dagRefsCodec = (max: number) => list(refCodec, max, 1)

/** A signed header whose digest is known: computed here, never taken from a message. */
export interface CheckedDagHeader extends SignedDagHeader {
  readonly digest: Hash
}

/** A whole block that passed `checkDagBlock`. `body` is the encoded body, as hashed. */
export interface CheckedDagBlock extends CheckedDagHeader {
  readonly body: Uint8Array
}

/** What every check of one DAG needs: its id, its size and its round 0. */
export interface DagContext {
  readonly dag: DagId
  /** Number of seats n. */
  readonly seats: number
  /** Seats that may lie. */
  readonly faults: number
  /** Seats that decide. */
  readonly quorum: number
  readonly genesis: readonly CheckedDagHeader[]
}

/** Asserts on a committee of no or more than 100 seats, which base state never holds. */
export function deriveDagContext(dag: DagId, seats: number): DagContext {
  const genesis = genesisHeaders(dag, seats).map(header => ({
    header,
    signature: NO_SIGNATURE,
    digest: dagDigest(header)
  }))
  return { dag, seats, faults: faultsOf(seats), quorum: quorumOf(seats), genesis }
}

/** Genesis headers are signed by nobody. */
const NO_SIGNATURE = new Uint8Array(0)

export const EMPTY_BODY: Uint8Array = encode(dagBodyCodec, [])

/** The n empty headers of round 0, made from the dag id; nobody signs or sends them [DAG-1]. */
export function genesisHeaders(dag: DagId, seats: number): readonly DagHeader[] {
  assert(seats >= 1 && seats <= DAG_LIMITS.seats, 'a committee has 1 to 100 seats')
  const bodyHash = dagBodyHash(EMPTY_BODY)
  const empty = { dag, round: 0, ancestors: [], bodyHash, bodyBytes: EMPTY_BODY.length, baseHeight: 0 }
  return Array.from({ length: seats }, (_, author) => ({ ...empty, author }))
}

/** Over the header without signature and body [DAG-3]. */
export function dagDigest(header: DagHeader): Hash {
  return hashHex('dag-header', encode(dagHeaderCodec, header))
}

export function dagBodyHash(body: Uint8Array): Hash {
  return hashHex('dag-body', body)
}

export function dagRefOf(block: { readonly header: DagHeader; readonly digest: Hash }): DagRef {
  return { round: block.header.round, author: block.header.author, digest: block.digest }
}

/** What the author of a header signs [SIG-2]. */
export function dagHeaderSigningBytes(genesis: GenesisHash, header: DagHeader): Uint8Array {
  return signingBytes('dag-header', genesis, encode(dagHeaderCodec, header))
}

/** Seat whose block leads a round: the first 8 bytes of H('leader', dag, round), big-endian, modulo n [DAG-1].
 * The bias of the reduction is below n / 2^64. */
export function deriveLeader(dag: DagId, round: Round, seats: number): Seat {
  const hash = hashBytes('leader', hexToBytes(dag), uintToBytes(round, 8))
  return Number(bytesToBigint(hash.subarray(0, 8)) % BigInt(seats))
}

export type DagHeaderCode =
  | 'E_DAG_OTHER_DAG'
  | 'E_DAG_ROUND'
  | 'E_DAG_AUTHOR'
  | 'E_DAG_ANCESTOR_COUNT'
  | 'E_DAG_ANCESTOR_AUTHOR'
  | 'E_DAG_ANCESTOR_TWICE'
  | 'E_DAG_OWN_ANCESTOR'
  | 'E_DAG_ANCESTOR_ROUND'
  | 'E_DAG_GENESIS'
  | 'E_DAG_PARENTS'
export type DagBodyCode = 'E_DAG_BODY_SIZE' | 'E_DAG_BODY_HASH' | 'E_DAG_BODY_FORM'
export type DagBlockCode = DagHeaderCode | DagBodyCode | 'E_DAG_SIGNATURE'

/** V1 and V3 to V6: all that can be said of a header without another block. Every node reaches the same verdict. */
export function checkDagHeader(context: DagContext, header: DagHeader): Verdict<DagHeader, DagHeaderCode> {
  const { seats, quorum } = context
  if (header.dag !== context.dag) return reject('E_DAG_OTHER_DAG', 'the header is of another dag')
  if (header.round < 1) return reject('E_DAG_ROUND', 'round 0 is made, not sent')
  if (header.author >= seats) return reject('E_DAG_AUTHOR', `no seat ${header.author} among ${seats}`)
  const count = header.ancestors.length
  if (count < 1 || count > seats) return reject('E_DAG_ANCESTOR_COUNT', `${count} ancestors`)
  const authors = new Set<Seat>()
  let parents = 0
  for (const { round, author, digest } of header.ancestors) {
    if (author >= seats) return reject('E_DAG_ANCESTOR_AUTHOR', `an ancestor of seat ${author} among ${seats}`)
    if (authors.has(author)) return reject('E_DAG_ANCESTOR_TWICE', `two ancestors of seat ${author}`)
    if (authors.size === 0 && author !== header.author) {
      return reject('E_DAG_OWN_ANCESTOR', 'the first ancestor is of another seat')
    }
    if (round >= header.round) return reject('E_DAG_ANCESTOR_ROUND', 'an ancestor is not of an earlier round')
    if (round === 0 && context.genesis[author]?.digest !== digest) {
      return reject('E_DAG_GENESIS', 'an ancestor of round 0 is not of this dag')
    }
    authors.add(author)
    if (round === header.round - 1) parents += 1
  }
  if (parents < quorum) return reject('E_DAG_PARENTS', `${parents} parents where ${quorum} are needed`)
  return accept(header)
}

/** V7: the body is the one the header names and has the form of a list of instructions within limits. */
export function checkDagBody(header: DagHeader, body: Uint8Array): Verdict<DagBody, DagBodyCode> {
  if (body.length !== header.bodyBytes) return reject('E_DAG_BODY_SIZE', 'the body is not as long as announced')
  if (dagBodyHash(body) !== header.bodyHash) return reject('E_DAG_BODY_HASH', 'the body is not the one announced')
  const decoded = decode(dagBodyCodec, body, DAG_LIMITS.bodyBytes)
  return decoded.ok ? decoded : reject('E_DAG_BODY_FORM', decoded.why)
}

/** V1 to V6, the signature last because it costs most. Returns the header with its digest. */
export function checkSignedDagHeader(
  context: DagContext,
  genesis: GenesisHash,
  key: PublicKey,
  signed: SignedDagHeader
): Verdict<CheckedDagHeader, DagBlockCode> {
  const checked = checkDagHeader(context, signed.header)
  if (!checked.ok) return checked
  if (!verifySignature(key, dagHeaderSigningBytes(genesis, signed.header), signed.signature)) {
    return reject('E_DAG_SIGNATURE', 'the header is not signed by its seat')
  }
  return accept({ header: signed.header, signature: signed.signature, digest: dagDigest(signed.header) })
}

/** V1 to V7 for a whole block: what consensus accepts as an event. */
export function checkDagBlock(
  context: DagContext,
  genesis: GenesisHash,
  key: PublicKey,
  signed: SignedDagHeader,
  body: Uint8Array
): Verdict<CheckedDagBlock, DagBlockCode> {
  const checkedBody = checkDagBody(signed.header, body)
  if (!checkedBody.ok) return checkedBody
  const checked = checkSignedDagHeader(context, genesis, key, signed)
  return checked.ok ? accept({ ...checked.value, body }) : checked
}

/** True if two headers are twins: one (dag, round, author), two digests. Their signatures are checked apart. */
export function isDagEquivocation(a: DagHeader, b: DagHeader): boolean {
  return a.dag === b.dag && a.round === b.round && a.author === b.author && dagDigest(a) !== dagDigest(b)
}
