// Whose signature a transaction of a block must bear is known before the block is executed, also where it spends what the
// same block or its parent brings: else the rules would verify it on the main thread [SIG-1].
import { expect, test } from 'vitest'
import { bodyItems } from '#base-layer/chain/signatures.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import { outputIdOf } from '#contracts/ledger/output.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import type { Block } from '#contracts/statements/block.ts'
import { actor, ChainBuilder, output, shares } from '#test/support/chain-builder.ts'

const [olga, oscar, otto] = [actor('olga'), actor('oscar'), actor('otto')]
const chain = new ChainBuilder()
const start = chain.state
const first = chain.pay(olga, oscar, shares(3))
const second = chain.spend({
  from: oscar,
  inputs: [outputIdOf(transactionIdOf(first), 0)],
  to: [output(otto.key, shares(2))]
})
const parent = chain.produce([first])
// The change of the second is not listed by `spend`, so the third spends what otto got.
const third = chain.spend({
  from: otto,
  inputs: [outputIdOf(transactionIdOf(second), 0)],
  to: [output(olga.key, shares(1))],
  fee: shares(1)
})
const child: Block = { ...parent, transactions: [second, third], certificates: [] }

const signersIn = (items: ReturnType<typeof bodyItems>) => items.map(item => item.key)

test('a block may spend what it brings itself, and what its parent brings', () => {
  const items = bodyItems(chain.genesis, child, start, parent)
  expect(signersIn(items)).toEqual([oscar.key, otto.key])
  for (const { key, message, signature } of items) expect(verifySignature(key, message, signature)).toBe(true)
})

test('what no block at hand brings is left to the rules', () => {
  expect(signersIn(bodyItems(chain.genesis, child, start))).toEqual([otto.key])
  expect(signersIn(bodyItems(chain.genesis, { ...child, transactions: [third] }, start, parent))).toEqual([])
})

test('what the state has is taken from it', () => {
  expect(signersIn(bodyItems(chain.genesis, { ...child, transactions: [first] }, start))).toEqual([olga.key])
  expect(signersIn(bodyItems(chain.genesis, { ...child, transactions: [second] }, chain.state))).toEqual([oscar.key])
})
