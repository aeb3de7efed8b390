// What an advance of finality writes: changed leaves, blocks and transactions now final, the anchor, the proof, and a
// hand-over for each period that ended, built while the state of its last block is at hand [FIN-10].
import { encode, hex32, list, nullable, record, uint } from '#contracts/codec/codec.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { buildWitness, witnessCodec } from '#contracts/merkle/witness.ts'
import type { Hash } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { fewestVotes, isQuorum, weightOf } from '#contracts/statements/certificate.ts'
import { lastHeightOf, type PeriodEntry, type PeriodHead } from '#contracts/statements/period-table.ts'
import {
  type Certificate,
  certificateCodec,
  finalityPointCodec,
  isSamePeriod,
  isSamePoint
} from '#contracts/statements/vote.ts'
import type { BaseEffect, ChainStep, FinalityAnchor } from '../consensus/events.ts'
import { type Handover, handoverCodec } from '../light/finality-proof.ts'
import { prepareTransaction } from '../state/transactions/apply-transaction.ts'
import type { ChainState } from '../state/chain-state.ts'
import { changedEntries, exportAnchor } from '../state/persistence.ts'
import { encodeKey, encodeValue, treeOf } from '../state/trees/section-trees.ts'
import { type KeyOf, SECTION_NAMES, type SectionName } from '../state/trees/sections.ts'
import type { FinalAdvance } from '../store/chain-store.ts'

export type FinalEffect = Extract<BaseEffect<ChainState>, { kind: 'final' }>

export const anchorCodec = record({
  period: uint(),
  recovery: nullable(hex32<Hash>()),
  root: finalityPointCodec,
  final: finalityPointCodec
})
/** The two certificates that make the newest final block so. */
export const proofCodec = list(certificateCodec, 2, 2)
export const PROOF_BYTES = 1024 * 1024

/** The write of one `final` effect. `recent`: certificates seen lately, for a period that ended on the way. */
export function buildAdvance(
  effect: FinalEffect,
  before: ChainState,
  anchor: FinalityAnchor,
  recent: readonly Certificate[]
): FinalAdvance & { readonly missing: readonly number[] } {
  const last = present(effect.steps.at(-1), 'an advance has blocks').state
  const transactions = effect.steps.flatMap(({ block }) =>
    block.transactions.map(one => ({ id: prepareTransaction(one).id, height: block.header.height, inputs: one.inputs }))
  )
  const ended = Array.from(
    { length: effect.anchor.period - anchor.period },
    (_, index) => anchor.period + index
  ).filter(period => !last.isPassedOver(period))
  const known = [...effect.proof, ...recent, ...effect.steps.flatMap(step => step.block.certificates)]
  const handovers = ended.map(period => ({ period, handover: buildHandover(effect.steps, period, known) }))
  return {
    blocks: effect.steps.map(step => step.state.id),
    transactions,
    spent: transactions.flatMap(({ id, height, inputs }) =>
      inputs.map(output => ({ output, height, transaction: id }))
    ),
    history: effect.steps.flatMap(({ state }) => [
      ...state.keyEntries.map(({ key, index, entry }) => ({
        kind: 'keys' as const,
        key: encodeKey('keys', key),
        index,
        ...entry
      })),
      ...state.nameEntries.map(({ name, index, entry }) => ({
        kind: 'names' as const,
        key: encodeKey('names', { kind: 'name', name }),
        index,
        ...entry
      }))
    ]),
    changes: changedEntries(before, last),
    meta: {
      anchor: encode(anchorCodec, effect.anchor),
      proof: encode(
        proofCodec,
        effect.proof.map(certificate => forWallets(last, certificate))
      ),
      state: exportAnchor(last)
    },
    handovers: handovers.flatMap(({ period, handover }) =>
      handover === undefined ? [] : [{ period, bytes: encode(handoverCodec, handover) }]
    ),
    missing: handovers.filter(one => one.handover === undefined).map(one => one.period),
    recordedEpoch: last.recordedFinal.epoch
  }
}

/** From the last block of a period to the next table, or undefined if a certificate of it is not at hand. */
function buildHandover(
  steps: readonly ChainStep<ChainState>[],
  period: number,
  known: readonly Certificate[]
): Handover | undefined {
  const first = present(steps[0], 'an advance has blocks').state
  const state = steps.find(step => step.state.height === lastHeightOf(period, first.chain.parameters))?.state
  if (state === undefined) return undefined
  // What a block adds to a link for standing alone is no quorum and proves nothing [POS-9].
  const whole = known.filter(certificate => certificate.vote.period === period && isWhole(state, certificate))
  for (const justifies of whole) {
    const { target } = justifies.vote
    if (target.id !== state.id) continue
    const finalises = whole.find(
      ({ vote }) =>
        isSamePeriod(vote, justifies.vote) && isSamePoint(vote.source, target) && vote.target.epoch === target.epoch + 1
    )
    if (finalises === undefined) continue
    const { entries } = nextTable(state, period + 1)
    const proof = proveKey(state, 'periods', { kind: 'head', period: period + 1 })
    const certificates = [justifies, finalises].map(certificate => forWallets(state, certificate))
    return { certificates, header: state.header, entries, ...proof }
  }
  return undefined
}

function isWhole(state: ChainState, { vote, votes }: Certificate): boolean {
  const table = state.votingTable(vote)
  const voters = votes.map(one => one.peer)
  return table !== undefined && isQuorum(table, weightOf(table, voters))
}

/**
 * Without the votes that blocks carry for standing alone: a wallet
 * knows the table and no other peers [PRF-7, POS-9].
 */
function forWallets(state: ChainState, certificate: Certificate): Certificate {
  const table = state.votingTable(certificate.vote)
  return table === undefined ? certificate : fewestVotes(table, certificate)
}

function nextTable(
  state: ChainState,
  period: number
): { readonly head: PeriodHead; readonly entries: readonly PeriodEntry[] } {
  const head = state.get('periods', { kind: 'head', period })
  const entries = state.get('periods', { kind: 'entries', period })
  if (head?.kind !== 'head' || entries?.kind !== 'entries') throw new Error(`period ${period} has no table yet`)
  return { head: head.head, entries: entries.entries }
}

/** Section roots, and the witness of one key in its section, as base-layer/light reads them. */
export function proveKey<S extends SectionName>(
  state: ChainState,
  section: S,
  key: KeyOf<S>
): { readonly sectionRoots: readonly Uint8Array[]; readonly witness: Uint8Array } {
  const tree = treeOf(state.trees, section)
  const witness = buildWitness(tree.node, [pathOf(encodeKey(section, key))], [], value => encodeValue(section, value))
  return { sectionRoots: SECTION_NAMES.map(name => state.trees[name].root), witness: encode(witnessCodec, witness) }
}
