// A client that follows finality from genesis, from what it kept and from one block id; and every update that
// must not lead it on [FIN-5, FIN-10, PRF-6].
import { describe, expect, it } from 'vitest'
import { buildStateProof } from '#base-layer/light/build-state-proof.ts'
import { finalityPrice } from '#base-layer/light/finality-price.ts'
import { checkConflict, compareHeads, conflictEvidenceCodec, type Relation } from '#base-layer/light/heads.ts'
import {
  ageMs,
  type AnchorProof,
  anchorProofCodec,
  createLightClient,
  decodeLightClient,
  encodeLightClient,
  type LightClient,
  positionOf,
  stepLightClient,
  trustLimitMs,
  type Update,
  updateCodec
} from '#base-layer/light/light-client.ts'
import { encode } from '#contracts/codec/codec.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { LightChain } from '#test/support/light-chain.ts'
import { drawChain, idOf } from './light-fixtures.ts'

const chain = drawChain()
const { genesisTimeMs } = chain.start

function update(from: LightClient, to: number, change: Partial<Update> = {}, of: LightChain = chain): Uint8Array {
  const { period, height } = positionOf(from)
  const link = height === 0 || height >= to ? null : of.linkFrom(height, to)
  return encode(updateCodec, { ...of.finality(to, period), link, ...change })
}

function step(from: LightClient, bytes: Uint8Array): LightClient {
  const next = stepLightClient(from, bytes)
  if (!next.ok) throw new Error(`${next.code}: ${next.why}`)
  return next.value.client
}

function verdictOn(from: LightClient, bytes: Uint8Array): string {
  const next = stepLightClient(from, bytes)
  return next.ok ? 'accepted' : next.code
}

const at30 = step(chain.client, update(chain.client, 30))
const at70 = step(at30, update(at30, 70))

describe('a light client', () => {
  it('goes on from head to head within a period and over several [FIN-10]', () => {
    expect(positionOf(at30)).toEqual({ period: 0, height: 30 })
    expect(positionOf(at70)).toEqual({ period: 1, height: 70 })
    const at100 = step(at70, update(at70, 100))
    expect(positionOf(at100)).toEqual({ period: 2, height: 100 })
    expect(step(chain.client, update(chain.client, 100))).toEqual(at100)
    expect(stepLightClient(at30, update(at30, 100))).toMatchObject({ value: { periods: 2 } })
  })

  it('takes hand-overs in parts: the last block of a period is a head like any other', () => {
    const last = chain.handover(0)
    const part = { handovers: [last], certificates: null, header: last.header, link: chain.linkFrom(30, 41) }
    const at41 = step(at30, encode(updateCodec, part))
    expect(positionOf(at41)).toEqual({ period: 1, height: 41 })
    expect(step(at41, update(at41, 70))).toEqual(at70)
  })

  it('stays where it is with an update to its own head', () => {
    expect(step(at70, update(at70, 70))).toEqual(at70)
  })

  it('is kept and read back, the same', () => {
    for (const client of [chain.client, at30, at70]) {
      expect(decodeLightClient(encodeLightClient(client))).toEqual({ ok: true, value: client })
    }
    const bytes = encodeLightClient(at70)
    expect(decodeLightClient(bytes.slice(1))).toMatchObject({ ok: false, code: 'E_PROOF_MALFORMED' })
  })

  it('starts from a kept head only while the bonds behind it are surely held [FIN-5]', () => {
    const bytes = encodeLightClient(at70)
    const headMs = genesisTimeMs + at70.head.header.timeMs
    const limit = trustLimitMs(at70.network)
    expect(limit).toBe(chain.parameters.evidenceAgeTicks * chain.parameters.slotMs)
    expect(ageMs(at70, headMs + 5)).toBe(5)
    expect(createLightClient({ kind: 'kept', bytes }, headMs + limit)).toEqual({ ok: true, value: at70 })
    expect(createLightClient({ kind: 'kept', bytes }, headMs + limit + 1)).toMatchObject({ code: 'E_LIGHT_STALE' })
    const fromGenesis = createLightClient({ kind: 'genesis', start: chain.start }, headMs + 100 * limit)
    expect(fromGenesis).toEqual({ ok: true, value: chain.client })
  })
})

describe('an update is refused', () => {
  it('without the link from the head that is known, or with one of other heads [PRF-6]', () => {
    expect(verdictOn(at30, update(at30, 70))).toBe('accepted')
    expect(verdictOn(at30, update(at30, 70, { link: null }))).toBe('E_LIGHT_UNLINKED')
    for (const link of [chain.linkFrom(29, 70), chain.linkFrom(30, 69), chain.linkFrom(31, 70)]) {
      expect(verdictOn(at30, update(at30, 70, { link }))).toBe('E_LIGHT_UNLINKED')
    }
    const { inclusion } = chain.linkFrom(30, 70)
    const half = { inclusion, consistency: chain.linkFrom(29, 70).consistency }
    expect(verdictOn(at30, update(at30, 70, { link: half }))).toBe('E_LIGHT_UNLINKED')
  })

  it('if it ends below the head that is known, or before its period', () => {
    expect(verdictOn(at70, update(at70, 60))).toBe('E_LIGHT_OLDER')
    expect(verdictOn(at70, encode(updateCodec, { ...chain.finality(30), link: null }))).not.toBe('accepted')
  })

  it('that makes another block final at the height of the head: a conflict [FIN-5]', () => {
    const twin = forked(59)
    const other = step(twin.client, update(twin.client, 70, {}, twin))
    expect(other.head.id).not.toBe(at70.head.id)
    expect(verdictOn(at70, update(at70, 70, {}, twin))).toBe('E_LIGHT_CONFLICT')
    expect(verdictOn(at70, update(at70, 72, {}, twin))).toBe('E_LIGHT_UNLINKED')
  })

  it('if it does not begin in the period that the client has come to', () => {
    expect(verdictOn(at30, update(at30, 100, { handovers: [chain.handover(1)] }))).toBe('E_FINALITY_LINK')
    expect(verdictOn(at30, update(at30, 70, { handovers: [] }))).toBe('E_FINALITY_LINK')
    expect(verdictOn(at30, update(at30, 70, { certificates: null }))).toBe('E_FINALITY_LINK')
  })
})

describe('an anchor', () => {
  const begin = (height: number, anchor: AnchorProof = chain.anchor(height), id = chain.at(height).id) =>
    createLightClient(
      { kind: 'anchor', start: chain.start, id, bytes: encode(anchorProofCodec, anchor) },
      genesisTimeMs
    )

  it('begins a client at any block, with the table of the period after it [FIN-10]', () => {
    for (const height of [0, 5, 40, 41, 42, 72, 73, 74, 99]) {
      const client = begin(height)
      if (!client.ok) throw new Error(`${height} ${client.code}: ${client.why}`)
      expect(step(client.value, update(client.value, 100)).head.id).toBe(chain.head.id)
    }
  })

  it('is refused for another id, of another period, or with another table', () => {
    expect(begin(42, chain.anchor(43), chain.at(42).id)).toMatchObject({ code: 'E_FINALITY_LINK' })
    expect(begin(42, { ...chain.anchor(42), base: null })).toMatchObject({ code: 'E_FINALITY_LINK' })
    expect(begin(20, { ...chain.anchor(20), base: chain.anchor(80).base })).toMatchObject({ code: 'E_FINALITY_LINK' })
    const base = present(chain.anchor(80).base, 'a base')
    const earlier = present(chain.anchor(60).base, 'a base')
    const block = { ...earlier.block, path: chain.pathTo(41, 80) }
    expect(begin(80, { header: chain.at(80).header, base: { ...earlier, block } })).toMatchObject({ ok: false })
    const entries = base.entries.map(one => ({ ...one, weight: one.weight + 1n }))
    expect(begin(80, { header: chain.at(80).header, base: { ...base, entries } })).toMatchObject({
      code: 'E_FINALITY_TABLE'
    })
    // A block before the last one of its period knows the next table as well, but is not what its votes start from.
    const early = chain.at(72)
    const { sectionRoots, parts } = buildStateProof(early.trees, [
      { section: 'periods', key: { kind: 'head', period: 2 } }
    ])
    const inTime = { header: early.header, path: chain.pathTo(72, 80) }
    const { witness } = present(parts[0], 'one section')
    expect(
      begin(80, { header: chain.at(80).header, base: { ...base, block: inTime, sectionRoots, witness } })
    ).toMatchObject({ code: 'E_FINALITY_LINK' })
    const path = chain.pathTo(73, 81)
    const strayed = { ...base, block: { ...base.block, path } }
    expect(begin(80, { header: chain.at(80).header, base: strayed })).toMatchObject({ code: 'E_PROOF_ROOT' })
  })
})

describe('two heads [PRF-6]', () => {
  const first = { id: chain.at(30).id, header: chain.at(30).header }
  const second = { id: chain.at(70).id, header: chain.at(70).header }
  const prefix: Relation = { kind: 'prefix', ...chain.linkFrom(30, 70) }

  it('are the same, or one is ahead, whichever is named first', () => {
    expect(compareHeads(first, first, null)).toEqual({ kind: 'same' })
    expect(compareHeads(first, second, prefix)).toEqual({ kind: 'ahead', which: 'second', blocks: 40 })
    expect(compareHeads(second, first, prefix)).toEqual({ kind: 'ahead', which: 'first', blocks: 40 })
  })

  it('are unproven without a link, with one of other heads, or with a proof about another height', () => {
    const other: Relation = { kind: 'prefix', ...chain.linkFrom(29, 70) }
    const elsewhere: Relation = { kind: 'apart', height: 29, id: chain.at(29).id, path: chain.pathTo(29, 70) }
    const itself: Relation = { kind: 'apart', height: 30, id: first.id, path: chain.pathTo(30, 70) }
    const invented: Relation = { kind: 'apart', height: 30, id: idOf('other'), path: chain.pathTo(30, 70) }
    for (const relation of [null, other, elsewhere, itself, invented]) {
      expect(compareHeads(first, second, relation)).toMatchObject({ kind: 'unproven' })
    }
  })

  it('that exclude each other are a conflict, and both proofs together are evidence for everybody [FIN-5]', () => {
    const twin = forked(28)
    const apart: Relation = { kind: 'apart', height: 30, id: twin.at(30).id, path: twin.pathTo(30, 70) }
    const theirs = { id: twin.at(70).id, header: twin.at(70).header }
    expect(compareHeads(first, theirs, apart)).toEqual({ kind: 'conflict', height: 30 })
    const [mine, other] = [chain.finality(30), twin.finality(70)]
    const evidence = encode(conflictEvidenceCodec, { first: mine, second: other, relation: apart })
    expect(checkConflict(chain.client, evidence)).toMatchObject({
      ok: true,
      value: { first: { id: first.id }, second: { id: theirs.id }, height: 30 }
    })
    for (const [wrong, code] of [
      [{ first: mine, second: chain.finality(70), relation: prefix }, 'E_LIGHT_NO_CONFLICT'],
      [{ first: mine, second: other, relation: null }, 'E_LIGHT_NO_CONFLICT'],
      [{ first: mine, second: { ...other, certificates: null }, relation: apart }, 'E_FINALITY_LINK']
    ] as const) {
      expect(checkConflict(chain.client, encode(conflictEvidenceCodec, wrong))).toMatchObject({ ok: false, code })
    }
  })
})

describe('what stands behind finality', () => {
  it('is at least a third of the bonds that the table allows [FIN-10]', () => {
    const price = finalityPrice(chain.table(0), chain.parameters)
    // Four peers of 1000 shares at leverage 100: a third of 40 shares of bonds.
    expect(price).toMatchObject({ peers: 4, peersOfHalf: 2, isNarrow: true, weightAtoms: 4000n * ATOMS_PER_SHARE })
    expect(price.leastAtoms).toBe((4000n * ATOMS_PER_SHARE + 299n) / 300n)
  })

  it.each([
    [13, () => 1, 7, false],
    [12, () => 1, 6, true],
    [40, () => 1, 20, false],
    [40, (i: number) => (i < 6 ? 100 : 1), 4, true]
  ] as const)('of %i peers is narrow where few hold half [POS-10]', (peers, weight, peersOfHalf, isNarrow) => {
    const { table } = new LightChain({ peers, weight }).start
    expect(finalityPrice(table, chain.parameters)).toMatchObject({ peers, peersOfHalf, isNarrow })
  })
})

/** Another chain of the same network from above a height on. */
function forked(height: number): LightChain {
  const twin = chain.fork(height)
  twin.appendTo(100)
  return twin
}
