import { expect, test } from 'vitest'
import { CHAIN_LIMITS } from '#base-layer/chain/limits.ts'
import { Mempool } from '#base-layer/chain/mempool/mempool.ts'
import { type PreparedTransaction, prepareTransaction } from '#base-layer/state/transactions/apply-transaction.ts'
import { LAST_LANE } from '#base-layer/state/transactions/block-limits.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import type { OutputId } from '#contracts/primitives/ids.ts'
import { actor, ChainBuilder, output } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const ROOM = 12

interface Waiting {
  readonly prepared: PreparedTransaction
  readonly fee: bigint
}

/** The rules of the pool said the slow way, over a plain list in order of arrival. */
class Model {
  waiting: Waiting[] = []
  floor = 0
  readonly gone: string[] = []

  add(prepared: PreparedTransaction, fee: bigint): boolean {
    if (this.#has(prepared.id)) return true
    const { inputs } = prepared.transaction
    const rivals = this.waiting.filter(one => one.prepared.transaction.inputs.some(input => inputs.includes(input)))
    const leaving = this.#withDescendants(rivals)
    const needs = this.#ancestorsOf(prepared)
    if (needs.some(one => leaving.includes(one))) return false
    if (needs.length + 1 > CHAIN_LIMITS.mempoolFamily) return false
    if (needs.some(one => this.#withDescendants([one]).length + 1 > CHAIN_LIMITS.mempoolFamily)) return false
    const rate = rateOf([{ prepared, fee }])
    if (rate < this.floor) return false
    const price = BigInt(prepared.encoded.length)
    if (rivals.length > 0 && leaving.reduce((sum, one) => sum + one.fee, price) > fee) return false
    if (rivals.some(one => rateOf([one]) >= rate)) return false
    this.#remove(leaving)
    this.waiting.push({ prepared, fee })
    while (this.waiting.length > ROOM) {
      const keep = (one: Waiting): number => Math.max(rateOf([one]), rateOf(this.#withDescendants([one])))
      const worst = this.waiting.reduce((a, b) => (keep(b) <= keep(a) ? b : a))
      this.floor = Math.max(this.floor, keep(worst) + CHAIN_LIMITS.mempoolRelayRate)
      this.#remove(this.#withDescendants([worst]))
    }
    return this.#has(prepared.id)
  }

  #has(id: string): boolean {
    return this.waiting.some(one => one.prepared.id === id)
  }

  #remove(leaving: readonly Waiting[]): void {
    this.waiting = this.waiting.filter(one => !leaving.includes(one))
    this.gone.push(...leaving.map(one => one.prepared.id))
  }

  #withDescendants(start: readonly Waiting[]): Waiting[] {
    const found = [...start]
    for (const one of found) {
      for (const other of this.waiting)
        if (!found.includes(other) && spendsFrom(other.prepared, one.prepared)) found.push(other)
    }
    return found
  }

  #ancestorsOf(prepared: PreparedTransaction): Waiting[] {
    const found: Waiting[] = []
    const queue = [prepared]
    for (const one of queue) {
      for (const other of this.waiting) {
        if (found.includes(other) || !spendsFrom(one, other.prepared)) continue
        found.push(other)
        queue.push(other.prepared)
      }
    }
    return found
  }
}

function spendsFrom(child: PreparedTransaction, parent: PreparedTransaction): boolean {
  const created = parent.transaction.outputs.map((_, index) => outputIdOf(parent.id, index))
  return child.transaction.inputs.some(input => created.includes(input))
}

function rateOf(all: readonly Waiting[]): number {
  const fees = all.reduce((sum, one) => sum + one.fee, 0n)
  const bytes = all.reduce((sum, one) => sum + one.prepared.encoded.length, 0)
  return Number((fees * 1000n) / BigInt(bytes))
}

test.each([1, 2, 3, 4])('the pool keeps, replaces and lets go of exactly what its rules say, history %i', seed => {
  let state = seed * 7_919
  const draw = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return Math.floor((state / 2_147_483_647) * below)
  }
  const chain = new ChainBuilder({ owners: ['olga', 'oscar', 'olga', 'olga'] })
  const coins = [...chain.state.entries('outputs')].flatMap(([id, { output: one }]) =>
    one.kind === 'key' && one.owner === olga.key && one.host === null ? [{ id, atoms: one.atoms }] : []
  )
  const pool = new Mempool(chain.state, {
    roomOf: lane => ({ count: lane === LAST_LANE ? ROOM : 1, bytes: 1_000_000 })
  })
  const model = new Model()
  const atomsOf = new Map<OutputId, bigint>(coins.map(({ id, atoms }) => [id, atoms]))
  let taken = 0
  for (let turn = 0; turn < 150; turn++) {
    // Coins of the chain, or outputs of what waits: conflicts, chains and whole families come up by themselves.
    const open = model.waiting.flatMap(({ prepared }) =>
      prepared.transaction.outputs.map((_, index) => outputIdOf(prepared.id, index))
    )
    const sources = draw(2) === 0 && open.length > 0 ? open : coins.map(one => one.id)
    const inputs = [...new Set(Array.from({ length: 1 + draw(2) }, () => sources[draw(sources.length)] as OutputId))]
    const held = inputs.reduce((sum, id) => sum + (atomsOf.get(id) ?? 0n), 0n)
    const fee = BigInt(5_000 + draw(40) * 1_000)
    if (held < fee + 10n) continue
    const outputs = Array.from({ length: 1 + draw(3) }, (_, n) => output(olga.key, (held - fee) / BigInt(4 + n)))
    const paid = outputs.reduce((sum, one) => sum + one.atoms, 0n)
    outputs.push(output(olga.key, held - paid - fee))
    const body = { inputs, outputs, action: null, notBefore: null, notAfter: null, memo: null, preimages: [] }
    if (outputs.some(one => one.atoms <= 0n)) continue
    const prepared = prepareTransaction(chain.sign(olga, body))
    for (const [index, one] of outputs.entries()) atomsOf.set(outputIdOf(prepared.id, index), one.atoms)
    const expected = model.add(prepared, fee)
    const verdict = pool.add(prepared)
    expect(`${turn} ${verdict.ok ? 'taken' : verdict.code}`).toMatch(expected ? / taken$/ : / E_/)
    expect([...pool.waiting()].map(one => one.id)).toEqual(model.waiting.map(one => one.prepared.id))
    expect(pool.floorOf(LAST_LANE)).toBe(model.floor)
    if (verdict.ok) taken += 1
    if (turn % 40 === 39) {
      // A candidate list is whole: whatever is needed comes before what needs it.
      const listed = pool.candidates().map(one => prepareTransaction(one))
      expect(listed).toHaveLength(model.waiting.length)
      for (const [place, one] of listed.entries())
        expect(listed.slice(place + 1).some(later => spendsFrom(one, later))).toBe(false)
    }
  }
  expect(taken).toBeGreaterThan(15)
  expect(model.gone.length).toBeGreaterThan(5)
})
