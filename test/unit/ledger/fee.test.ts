// The least fee: a fixed part for each key and for each output added, a price for each byte [LED-5].
import { describe, expect, it } from 'vitest'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { feeThatCovers, leastFeeFor, leastFeeOf } from '#contracts/ledger/fee.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { type TransactionBody, transactionCodec } from '#contracts/ledger/transaction.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'

const prices = { feeAtoms: 1000n, feeByteAtoms: 3n }
const owner = hashHex('test-owner') as string as PublicKey
const bodyOf = (atoms: bigint): TransactionBody => ({
  inputs: [hashHex('test-input')],
  outputs: atoms === 0n ? [] : [{ kind: 'key', owner, host: null, atoms }],
  action: null,
  notBefore: null,
  notAfter: null,
  memo: null,
  preimages: []
})

describe('the least fee', () => {
  it('counts every key and every byte of the signed encoding', () => {
    expect(leastFeeOf(prices, 300)).toBe(1900n)
    expect(leastFeeOf(prices, 300, 64)).toBe(64_900n)
    const { length } = encode(transactionCodec, { ...bodyOf(5n), signature: new Uint8Array(64) })
    expect(leastFeeFor(prices, bodyOf(5n), 2)).toBe(2000n + 3n * BigInt(length))
  })

  it('counts what is created beyond what is spent, and gives nothing back for less', () => {
    const one = bodyOf(5n)
    const sized = (inputs: number, outputs: number): bigint => {
      const body = {
        ...one,
        inputs: Array.from({ length: inputs }, (_, n) => hashHex<OutputId>('test-input', Uint8Array.of(n))),
        outputs: Array.from({ length: outputs }, () => one.outputs).flat()
      }
      const { length } = encode(transactionCodec, { ...body, signature: new Uint8Array(64) })
      return leastFeeFor(prices, body) - 3n * BigInt(length)
    }
    expect([sized(1, 1), sized(2, 1), sized(1, 0), sized(3, 3)]).toEqual([1000n, 1000n, 1000n, 1000n])
    expect([sized(1, 2), sized(2, 4), sized(1, 256)]).toEqual([2000n, 3000n, 256_000n])
  })

  it('is found for a body whose change it takes from, wherever the change gets shorter', () => {
    const shortest = leastFeeFor(prices, bodyOf(1n))
    for (let held = shortest; held < shortest + 400n; held++) {
      const fee = feeThatCovers(prices, paid => bodyOf(held > paid ? held - paid : 0n))
      expect(fee).toBeGreaterThanOrEqual(leastFeeFor(prices, bodyOf(held > fee ? held - fee : 0n)))
      expect(fee).toBeLessThanOrEqual(leastFeeFor(prices, bodyOf(held)))
    }
  })

  it('of a payment costs a fraction of a thousandth of a share', () => {
    expect(leastFeeFor(DEV_PARAMETERS, bodyOf(5n))).toBeLessThan(2000n)
  })
})
