// States stored and read back: what comes back is what was stored, or is refused.
import { describe, expect, it } from 'vitest'
import { Ancestors } from '#base-layer/state/trees/ancestors.ts'
import { ChainState } from '#base-layer/state/chain-state.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { changedEntries, exportAnchor, exportState, importState } from '#base-layer/state/persistence.ts'
import type { StoredEntry } from '#base-layer/state/trees/section-trees.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { AssetBuilder } from '#test/support/asset-builder.ts'
import { actor, ChainBuilder, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const oscar = actor('oscar')
const chain = new ChainBuilder()
const asset = new AssetBuilder(chain, olga)
chain.produce([asset.transaction, chain.pay(olga, oscar, shares(3))])
chain.produceTo(44)
const stored = chain.state
chain.produce([chain.pay(oscar, olga, shares(2))])
const next = chain.blocks.at(-1)
const entries = [...exportState(stored)]
const anchor = exportAnchor(stored)

const nameOf = ({ section, key }: StoredEntry): string => `${section}/${bytesToHex(key)}`

describe('a stored state', () => {
  it('comes back as it was, whatever the order of its entries, and goes on', () => {
    const restored = importState(chain.document, anchor, [...entries].reverse())
    if (!restored.ok || next === undefined) throw new Error('not restored')
    expect(restored.value.id).toBe(stored.id)
    expect(restored.value.finality).toEqual(stored.finality)
    const applied = applyBlock(restored.value, next)
    expect(applied.ok && applied.value.id).toBe(chain.state.id)
  })

  it('is refused with an entry missing, changed or doubtful, or another header', () => {
    expect(importState(chain.document, anchor, entries.slice(1))).toMatchObject({ code: 'E_IMPORT_STATE_ROOT' })
    const [first, ...rest] = entries
    if (first === undefined) throw new Error('no entries')
    expect(importState(chain.document, anchor, [{ ...first, value: Uint8Array.of(0xff) }, ...rest])).toMatchObject({
      code: 'E_IMPORT_ENTRIES'
    })
    // A peer that serves a state may say a thing twice, near or far apart.
    for (const twice of [
      [first, ...entries],
      [...entries, first]
    ]) {
      expect(importState(chain.document, anchor, twice)).toMatchObject({ code: 'E_IMPORT_ENTRIES' })
    }
    expect(importState(chain.document, anchor.slice(1), entries)).toMatchObject({ code: 'E_IMPORT_ANCHOR' })
    expect(importState(chain.document, exportAnchor(chain.state), entries)).toMatchObject({
      code: 'E_IMPORT_STATE_ROOT'
    })
  })

  it('is refused with an entry twice, or with an id of an earlier block that is not of this chain [FIN-5]', () => {
    const [first] = entries
    if (first === undefined) throw new Error('no entries')
    expect(importState(chain.document, anchor, [...entries, first])).toMatchObject({ code: 'E_IMPORT_ENTRIES' })
    const earlier = hexToBytes(present(stored.ancestorAt(stored.height - 2), 'an ancestor'))
    const at = Buffer.from(anchor).indexOf(earlier)
    expect(at).toBeGreaterThan(0)
    const forged = Uint8Array.from(anchor)
    forged[at] = (forged[at] ?? 0) ^ 1
    expect(importState(chain.document, forged, entries)).toMatchObject({ code: 'E_IMPORT_HISTORY' })
  })

  it('is refused without the ids from the root of its finality period on [FIN-8]', () => {
    const short = exportAnchor(new ChainState({ ...stored, ancestors: Ancestors.of([stored.id], stored.history) }))
    expect(importState(chain.document, short, entries)).toMatchObject({ code: 'E_IMPORT_ANCHOR' })
  })

  it('is brought to a later one by writing only what changed', () => {
    const table = new Map(entries.map(entry => [nameOf(entry), entry]))
    let written = 0
    for (const entry of changedEntries(stored, chain.state)) {
      written += 1
      if (entry.value === null) table.delete(nameOf(entry))
      else table.set(nameOf(entry), entry)
    }
    expect(written).toBeLessThan(entries.length / 2)
    const restored = importState(chain.document, exportAnchor(chain.state), table.values())
    expect(restored.ok && restored.value.id).toBe(chain.state.id)
    expect([...changedEntries(stored, stored)]).toEqual([])
  })

  it('comes back from every height of a chain that lost sight of its first blocks', () => {
    for (const height of [64, 96, 140]) {
      chain.produceTo(height)
      const { state } = chain
      const restored = importState(chain.document, exportAnchor(state), exportState(state))
      if (!restored.ok) throw new Error(restored.why)
      expect(restored.value.history).toEqual(state.history)
      chain.produce()
      const block = present(chain.blocks.at(-1), 'a block')
      const applied = applyBlock(restored.value, block)
      expect(applied.ok && applied.value.id).toBe(chain.state.id)
    }
    expect(chain.state.ancestorAt(0), 'the first are gone').toBeUndefined()
  })
})
