// A proof that stands by itself: how a head is final, and what is shown under it [FIN-10, PRF-1 to PRF-4]. One
// function checks every kind, in a browser or offline alike; it never throws, and says what was shown in the
// checker's own words, not in those of whoever made the document [PRF-5].
import {
  bytes,
  type Codec,
  type Decoded,
  decode,
  encode,
  hex32,
  list,
  oneOf,
  record,
  union
} from '#contracts/codec/codec.ts'
import { EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { type BlockHeader, blockIdOf, headerCodec } from '#contracts/statements/block.ts'
import { type KeyOf, SECTION_NAMES, SECTIONS, type SectionName, type ValueOf } from '../state/trees/sections.ts'
import type { Absent, Invalid, Present, ProofCode } from './answer.ts'
import {
  checkNotSpentIn,
  checkSpent,
  checkTransaction,
  type FoundSpent,
  type FoundTransaction,
  notSpentProofCodec,
  spentProofCodec,
  transactionProofCodec
} from './body-proof.ts'
import { finalityProofCodec } from './finality-proof.ts'
import { checkBlockIn, checkPrefix, type KnownBlock, linkCodec, placedBlockCodec } from './history-proof.ts'
import { FINALITY_PROOF_BYTES, KEY_BYTES, PROOF_BODY_BYTES, STATE_KEYS_MAX } from './limits.ts'
import { checkHistory, logHistoryCodec, type WholeHistory } from './log-history.ts'
import { follow, type LightClient, type LightCode } from './light-client.ts'
import {
  checkAbsence,
  checkPresence,
  type OpenState,
  openState,
  type StateKey,
  sectionsProofCodec
} from './state-proof.ts'

const stateKeyCodec = record({ section: oneOf(SECTION_NAMES), key: bytes(KEY_BYTES) })
const stateKeysCodec = list(stateKeyCodec, STATE_KEYS_MAX, 1)

/** Histories of keys and of names: their section holds count and frontier. */
const historyBodyCodec = record({ subject: stateKeyCodec, proof: sectionsProofCodec, history: logHistoryCodec })

/** What is shown under the head. */
export const proofBodyCodec = union({
  /** Nothing but the head. */
  head: [0, record({})],
  /** Keys that the state holds. */
  present: [1, record({ keys: stateKeysCodec, proof: sectionsProofCodec })],
  /** Keys that it does not hold. */
  absent: [2, record({ keys: stateKeysCodec, proof: sectionsProofCodec })],
  block: [3, record({ block: placedBlockCodec })],
  /** An older head, and that the head stands on it and all that it stood on. */
  consistency: [4, record({ older: headerCodec, link: linkCodec })],
  transaction: [5, transactionProofCodec],
  spent: [6, spentProofCodec],
  notSpentIn: [7, record({ output: hex32<OutputId>(), proof: notSpentProofCodec })],
  history: [8, historyBodyCodec]
})
export type ProofBody = Decoded<typeof proofBodyCodec>
export type ProofKind = ProofBody['kind']

/** One leaf of a section, as it was shown. */
export type ShownLeaf = {
  readonly [S in SectionName]: { readonly section: S; readonly key: KeyOf<S>; readonly value: ValueOf<S> }
}[SectionName]

/** What a document shows, as of its head. */
export type Shown =
  | { readonly kind: 'head' }
  | { readonly kind: 'present'; readonly leaves: readonly ShownLeaf[] }
  | { readonly kind: 'absent'; readonly keys: readonly StateKey[] }
  | ({ readonly kind: 'block' } & KnownBlock)
  | { readonly kind: 'consistency'; readonly older: KnownBlock }
  | ({ readonly kind: 'transaction' } & FoundTransaction)
  | ({ readonly kind: 'spent'; readonly output: OutputId } & FoundSpent)
  | { readonly kind: 'notSpentIn'; readonly output: OutputId; readonly header: BlockHeader }
  | ({ readonly kind: 'history'; readonly subject: StateKey; readonly frontier: LogFrontier } & WholeHistory)

export interface CheckedDocument {
  /** Follows from the document: where to go on from, and what answers for the head. */
  readonly client: LightClient
  readonly shown: Shown
}

/**
 * What a document shows to somebody who trusts this client, or why it shows nothing. `finality` leads to the
 * head from genesis or from anywhere at or before the client's period. Never throws.
 */
export function checkDocument(
  client: LightClient,
  finality: Uint8Array,
  body: Uint8Array
): Verdict<CheckedDocument, LightCode> {
  const proof = decode(finalityProofCodec, finality, FINALITY_PROOF_BYTES)
  if (!proof.ok) return reject('E_PROOF_MALFORMED', proof.why)
  const followed = follow(client, proof.value)
  if (!followed.ok) return followed
  const shown = checkBody(followed.value.head.header, body)
  return shown.ok ? accept({ client: followed.value, shown: shown.value }) : shown
}

/** The same under a head that is known to be final. Never throws. */
export function checkBody(head: BlockHeader, encoded: Uint8Array): Verdict<Shown, ProofCode> {
  const decoded = decode(proofBodyCodec, encoded, PROOF_BODY_BYTES)
  if (!decoded.ok) return reject('E_PROOF_MALFORMED', decoded.why)
  const body = decoded.value
  switch (body.kind) {
    case 'head':
      return accept({ kind: 'head' })
    case 'present':
      return checkKeys(
        head,
        body,
        checkPresence,
        (key, { value }) => ({ ...key, value }) as ShownLeaf,
        leaves => ({
          kind: 'present',
          leaves
        })
      )
    case 'absent':
      return checkKeys(
        head,
        body,
        checkAbsence,
        key => key,
        keys => ({ kind: 'absent', keys })
      )
    case 'block':
      return said(checkBlockIn(head, body.block), block => ({ kind: 'block', ...block }))
    case 'consistency': {
      const older = { id: blockIdOf(body.older), header: body.older }
      return said(checkPrefix(older, head, body.link), () => ({ kind: 'consistency', older }))
    }
    case 'transaction':
      return said(checkTransaction(head, body), found => ({ kind: 'transaction', ...found }))
    case 'spent': {
      const { output } = body.spent
      return said(checkSpent(head, output, body), found => ({ kind: 'spent', output, ...found }))
    }
    case 'notSpentIn': {
      const { output, proof } = body
      const found = checkNotSpentIn(head, output, proof)
      if (found.kind === 'invalid') return reject(found.code, found.why)
      return accept({ kind: 'notSpentIn', output, header: proof.block.header })
    }
    case 'history':
      return checkHistoryBody(head, body)
  }
}

function checkKeys<Found extends Present<unknown> | Absent, T>(
  head: BlockHeader,
  { keys, proof }: Extract<ProofBody, { kind: 'present' | 'absent' }>,
  check: (open: OpenState, section: SectionName, key: never) => Found | Invalid,
  read: (key: StateKey, found: Found) => T,
  make: (all: readonly T[]) => Shown
): Verdict<Shown, ProofCode> {
  const open = openState(head, proof)
  if (!open.ok) return open
  const all: T[] = []
  for (const one of keys) {
    const key = readKey(one)
    if (!key.ok) return key
    const found = check(open.value, key.value.section, key.value.key as never)
    if (found.kind === 'invalid') return reject(found.code, found.why)
    all.push(read(key.value, found))
  }
  return accept(make(all))
}

function checkHistoryBody(
  head: BlockHeader,
  { subject, proof, history }: Decoded<typeof historyBodyCodec>
): Verdict<Shown, ProofCode> {
  const key = readKey(subject)
  if (!key.ok) return key
  const open = openState(head, proof)
  if (!open.ok) return open
  const frontier = readFrontier(open.value, key.value)
  if (!frontier.ok) return frontier
  return said(checkHistory(frontier.value, history), whole => ({
    kind: 'history',
    subject: key.value,
    frontier: frontier.value,
    ...whole
  }))
}

/** Count and frontier that the state holds for a key or a name; of none where it never saw it. */
function readFrontier(open: OpenState, subject: StateKey): Verdict<LogFrontier, ProofCode> {
  const { section, key } = subject
  if (!isHistorySubject(subject)) return reject('E_PROOF_MALFORMED', `no history is kept of this key of ${section}`)
  const found = checkPresence(open, section, key)
  if (found.kind === 'present') {
    const frontier = historyOf({ ...subject, value: found.value } as ShownLeaf)
    return frontier === undefined ? reject('E_PROOF_MALFORMED', 'the leaf holds no history') : accept(frontier)
  }
  const none = checkAbsence(open, section, key)
  return none.kind === 'absent' ? accept(EMPTY_LOG) : reject(found.code, found.why)
}

/** What histories are kept of [PRF-4]. */
export type HistorySubject =
  | Extract<StateKey, { readonly section: 'keys' }>
  | { readonly section: 'names'; readonly key: Extract<KeyOf<'names'>, { readonly kind: 'name' }> }

/** True for keys, and for names but not what is filed beside them: only these have a history [PRF-4]. */
export function isHistorySubject(subject: StateKey): subject is HistorySubject {
  return subject.section === 'keys' || (subject.section === 'names' && subject.key.kind === 'name')
}

/** The history in a leaf, if it is one that holds one. */
export function historyOf(leaf: ShownLeaf): LogFrontier | undefined {
  if (leaf.section === 'keys') return leaf.value.frontier
  return leaf.section === 'names' && leaf.value.kind === 'name' ? leaf.value.history : undefined
}

/** A key as documents carry it. Never throws. */
export function readKey({ section, key }: Decoded<typeof stateKeyCodec>): Verdict<StateKey, ProofCode> {
  const decoded = decode(SECTIONS[section].key as unknown as Codec<unknown>, key, KEY_BYTES)
  // A row of SECTIONS gives a key that belongs to it; the compiler cannot see it through a name.
  return decoded.ok
    ? accept({ section, key: decoded.value } as StateKey)
    : reject('E_PROOF_MALFORMED', `not a key of section ${section}: ${decoded.why}`)
}

function said<T>(found: Present<T> | Invalid, make: (value: T) => Shown): Verdict<Shown, ProofCode> {
  return found.kind === 'present' ? accept(make(found.value)) : reject(found.code, found.why)
}

/** The key of a leaf as documents carry it. */
export function stateKeyOf({ section, key }: StateKey): Decoded<typeof stateKeyCodec> {
  // As above.
  return { section, key: encode(SECTIONS[section].key as never, key) }
}
