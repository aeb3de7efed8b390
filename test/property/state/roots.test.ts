// The root in every header against a slow reckoning that shares nothing with the tree: sections are sorted lists of leaves,
// each hashed from scratch by the portable SHA-256 [PRF-2, HASH-1]. Whatever makes the tree fast may not change a root.
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { changedEntries, exportState } from '#base-layer/state/persistence.ts'
import type { StoredEntry } from '#base-layer/state/trees/section-trees.ts'
import { SECTION_NAMES } from '#base-layer/state/trees/sections.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const ascii = (text: string): number[] => Array.from(text, letter => letter.charCodeAt(0))
const hash = (...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array =>
  sha256(Uint8Array.from(parts.flatMap(part => [...part])))
const inDomain = (domain: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  hash([domain.length], ascii(domain), ...parts)

interface Leaf {
  /** The path as binary digits. */
  readonly bits: string
  readonly hash: Uint8Array
}

function leafOf({ key, value }: StoredEntry): Leaf {
  const path = inDomain('tree-key', key)
  const bits = Array.from(path, byte => byte.toString(2).padStart(8, '0')).join('')
  return { bits, hash: hash([0], path, inDomain('tree-value', value ?? new Uint8Array())) }
}

/** A lone leaf stands for its subtree, whatever the depth. */
function rootOf(leaves: readonly Leaf[], depth = 0): Uint8Array {
  const [first, second] = leaves
  if (first === undefined) return inDomain('tree-empty')
  if (second === undefined) return first.hash
  const side = (bit: string): Leaf[] => leaves.filter(({ bits }) => bits[depth] === bit)
  return hash([1], rootOf(side('0'), depth + 1), rootOf(side('1'), depth + 1))
}

function slowRootOf(entries: Iterable<StoredEntry>): string {
  const all = [...entries]
  const roots = SECTION_NAMES.map(name => rootOf(all.filter(({ section }) => section === name).map(leafOf)))
  return bytesToHex(inDomain('state', ...roots))
}

const nameOf = ({ section, key }: StoredEntry): string => `${section}/${bytesToHex(key)}`

/** The entries of `from` with what is said to have changed since. */
function brought(from: ChainState, to: ChainState): StoredEntry[] {
  const table = new Map([...exportState(from)].map(entry => [nameOf(entry), entry]))
  for (const entry of changedEntries(from, to)) {
    if (entry.value === null) expect(table.delete(nameOf(entry))).toBe(true)
    else table.set(nameOf(entry), entry)
  }
  return [...table.values()]
}

const names = ['olga', 'oscar', 'otto', 'oona']
const payments = fc.array(
  fc.record({
    from: fc.nat(3),
    to: fc.nat(3),
    atoms: fc.bigInt(1n, shares(40)),
    parts: fc.integer({ min: 1, max: 3 })
  }),
  { maxLength: 5 }
)

describe('the state root of any chain of payments', () => {
  test('is what its leaves hash to one by one, and what changed between two states is what differs', () => {
    fc.assert(
      fc.property(fc.array(payments, { minLength: 1, maxLength: 4 }), blocks => {
        const chain = new ChainBuilder({ owners: names })
        const states = [chain.state]
        for (const block of blocks) {
          const actors = names.map(actor)
          chain.produce(
            block.map(({ from, to, atoms, parts }) => {
              const [payer, payee] = [actors[from] ?? actor('olga'), actors[to] ?? actor('olga')]
              return chain.spend({
                from: payer,
                to: Array.from({ length: parts }, (_, part) => output(payee.key, atoms + BigInt(part)))
              })
            })
          )
          states.push(chain.state)
        }
        for (const state of states) expect(slowRootOf(exportState(state))).toBe(state.header.stateRoot)
        for (const [place, to] of states.entries()) {
          const from = states[Math.max(0, place - 2)] ?? to
          expect(slowRootOf(brought(from, to))).toBe(to.header.stateRoot)
          expect(slowRootOf(brought(to, from))).toBe(from.header.stateRoot)
        }
      }),
      { numRuns: 6 }
    )
  })
})
