// Documents of every kind, checked from genesis and from a head, and brought for what they do not show [PRF-1
// to PRF-5].
import { describe, expect, it } from 'vitest'
import {
  checkBody,
  checkDocument,
  type ProofBody,
  type ProofKind,
  stateKeyOf
} from '#base-layer/light/proof-document.ts'
import { present } from '#contracts/primitives/verdict.ts'
import {
  drawBodies,
  drawChain,
  encodeBody,
  encodeFinality,
  entries,
  nothing,
  output,
  shownBy,
  SPENT
} from './light-fixtures.ts'

const chain = drawChain()
const bodies = drawBodies(chain)
const finality = encodeFinality(chain)
const kinds = Object.entries(bodies) as readonly (readonly [ProofKind, ProofBody])[]
const head = chain.head.header

/** `shown`, or the code of the rejection. */
function verdictOn(body: ProofBody): string {
  const checked = checkBody(head, encodeBody(body))
  return checked.ok ? 'shown' : checked.code
}

describe('a document is accepted [FIN-10]', () => {
  it.each(kinds)('of kind %s, from genesis alone, and says what it shows', (kind, body) => {
    const checked = checkDocument(chain.client, finality, encodeBody(body))
    if (!checked.ok) throw new Error(`${checked.code} ${checked.why}`)
    expect(checked.value.client.head).toEqual({ id: chain.head.id, header: head })
    expect(checked.value.shown).toMatchObject({ kind, ...shownBy(chain)[kind] })
  })

  it('from a head that is trusted, before and at its own, in the same period and an earlier one', () => {
    for (const from of [20, 60, 95, 100]) {
      const trusted = checkDocument(chain.client, encodeFinality(chain, from), encodeBody({ kind: 'head' }))
      if (!trusted.ok) throw new Error(trusted.why)
      expect(trusted.value.client.head.id).toBe(chain.at(from).id)
      expect(checkDocument(trusted.value.client, finality, encodeBody(bodies.spent))).toMatchObject({ ok: true })
    }
  })
})

describe('a document is refused', () => {
  it('under a head of another chain, or another head of this one', () => {
    const other = drawChain({ seed: 'other' })
    const judged = checkDocument(other.client, finality, encodeBody(bodies.spent))
    expect(judged).toMatchObject({ ok: false })
    // Their states are alike, so what stands under a state root stands under both.
    for (const kind of ['block', 'consistency', 'transaction', 'spent', 'notSpentIn'] as const) {
      for (const wrong of [other.head.header, chain.at(99).header]) {
        expect([kind, checkBody(wrong, encodeBody(bodies[kind])).ok]).toEqual([kind, false])
      }
    }
    for (const kind of ['present', 'absent', 'history'] as const) {
      expect([kind, checkBody(chain.at(3).header, encodeBody(bodies[kind])).ok]).toEqual([kind, false])
    }
  })

  it('that shows presence when it is brought for absence, and the other way round [PRF-5]', () => {
    expect(verdictOn({ ...bodies.present, kind: 'absent' })).toBe('E_PROOF_CONTRARY')
    expect(verdictOn({ ...bodies.absent, kind: 'present' })).toBe('E_PROOF_CONTRARY')
  })

  it('that does not open one of the keys it names, or a section', () => {
    const { keys, proof } = bodies.present
    expect(verdictOn({ ...bodies.present, keys: [...keys, stateKeyOf(output(5))] })).toBe('E_PROOF_INCOMPLETE')
    expect(verdictOn({ ...bodies.absent, keys: [stateKeyOf(nothing), stateKeyOf(output(5))] })).not.toBe('shown')
    const outputsAlone = { ...proof, parts: proof.parts.filter(one => one.section === 'outputs') }
    expect(verdictOn({ ...bodies.present, proof: outputsAlone })).toBe('E_PROOF_INCOMPLETE')
    const twice = { ...proof, parts: [...proof.parts, present(proof.parts[0], 'a part')] }
    expect(verdictOn({ ...bodies.present, proof: twice })).toBe('E_PROOF_MALFORMED')
  })

  it('that leaves out the first, the last or a middle entry of a history, changes one or adds one [PRF-4]', () => {
    const { history } = bodies.history
    const shown = history.entries
    const with_ = (change: Partial<typeof history>) =>
      verdictOn({ ...bodies.history, history: { ...history, ...change } })
    expect(with_({})).toBe('shown')
    expect(with_({ start: 4, entries: shown.slice(1) })).toBe('E_PROOF_ROOT')
    expect(with_({ entries: shown.slice(1) })).toBe('E_PROOF_INCOMPLETE')
    expect(with_({ entries: shown.slice(0, -1) })).toBe('E_PROOF_INCOMPLETE')
    expect(with_({ start: 2 })).toBe('E_PROOF_INCOMPLETE')
    expect(with_({ start: 2, entries: [...shown, present(entries[0], 'one')] })).toBe('E_PROOF_ROOT')
    expect(with_({ entries: shown.toReversed() })).toBe('E_PROOF_ROOT')
    expect(with_({ start: 0, entries: [], path: [] })).toBe('E_PROOF_INCOMPLETE')
    expect(verdictOn({ ...bodies.history, subject: stateKeyOf(output(3)) })).toBe('E_PROOF_MALFORMED')
  })

  it('that shows a spent output as not spent, by the wrong neighbours or none [PRF-3]', () => {
    const { proof } = bodies.notSpentIn
    const wrong = (change: Partial<typeof proof>, output = bodies.notSpentIn.output) =>
      verdictOn({ kind: 'notSpentIn', output, proof: { ...proof, ...change } })
    expect(wrong({})).toBe('shown')
    expect(wrong({}, present(SPENT[2], 'spent'))).not.toBe('shown')
    expect(wrong({ neighbours: proof.neighbours.slice(1) })).toBe('E_PROOF_ROOT')
    expect(wrong({ neighbours: [] })).toBe('E_PROOF_ROOT')
    expect(wrong({ place: { ...proof.place, size: proof.place.size + 1 } })).toBe('E_PROOF_ROOT')
    expect(wrong({ place: { ...proof.place, index: proof.place.index + 1 } })).toBe('E_PROOF_ROOT')
  })

  it('that shows a transaction at another place, or as one of more or fewer [HASH-1]', () => {
    const { place } = bodies.transaction
    for (const change of [{ index: 1 }, { index: 3 }, { size: 4 }, { size: 6 }, { index: 0, size: 1 }]) {
      expect(verdictOn({ ...bodies.transaction, place: { ...place, ...change } })).toBe('E_PROOF_ROOT')
    }
  })

  it('if its bytes are no document', () => {
    const body = encodeBody(bodies.block)
    for (const wrong of [new Uint8Array(0), body.slice(1), body.slice(0, -1), Uint8Array.of(...body, 0)]) {
      expect(checkBody(head, wrong)).toMatchObject({ ok: false, code: 'E_PROOF_MALFORMED' })
      expect(checkDocument(chain.client, wrong, body)).toMatchObject({ ok: false, code: 'E_PROOF_MALFORMED' })
    }
  })
})
