// seed.reveal: a peer of the newest snapshot proves its share of the period's seed [POS-3]. The snapshot block
// itself can carry none: the keys they are checked under are fixed by its state.
import { vrfVerify } from '#contracts/crypto/vrf.ts'
import { type SeedReveal, seedAlpha, seedOutputOf } from '#contracts/ledger/actions/seed-reveal.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { tableIn } from '../finality/periods.ts'
import type { ActionContext, Locked } from './context.ts'

export function applySeedReveal({ work, spare }: ActionContext, action: SeedReveal): Locked {
  const { peer, period, proof } = action
  if (spare !== 0n) return reject('E_REVEAL_FEE', 'a reveal pays nothing')
  const start = period * work.parameters.period
  const isOpen = period > 0 && work.height > start && work.height < start + work.parameters.reveals
  if (!isOpen) return reject('E_REVEAL_PERIOD', `period ${period} takes no reveals at height ${work.height}`)
  const entry = tableIn(work, period)?.byPeer.get(peer)
  if (entry === undefined) return reject('E_REVEAL_PEER', 'the peer has no weight in the period')
  const recorded = work.get('periods', { kind: 'reveals', period })
  const reveals = recorded?.kind === 'reveals' ? recorded.reveals : []
  if (reveals.some(one => one.peer === peer)) return reject('E_REVEAL_TWICE', 'the peer has revealed')
  const beta = vrfVerify(entry.vrfKey, seedAlpha(work.chain.genesis, period), proof)
  if (beta === undefined) return reject('E_REVEAL_PROOF', 'the proof does not verify')
  const grown = [...reveals, { peer, output: seedOutputOf(beta) }].sort((a, b) => compareText(a.peer, b.peer))
  work.put('periods', { kind: 'reveals', period }, { kind: 'reveals', reveals: grown })
  return accept(0n)
}
