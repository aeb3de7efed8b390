// What reads text from people and programs: addresses, and parameters and answers of the JSON-RPC. Hostile
// text and JSON give a verdict, never an exception.
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { BaseChain } from '#base-layer/base-chain.ts'
import { createBaseRpc } from '#base-layer/client/rpc-methods.ts'
import { RPC_ANSWERS, type RPC_PARAMETERS } from '#base-layer/client/rpc-schemas.ts'
import { RpcFailure, type RpcMethod } from '#base-layer/runtime/json-rpc.ts'
import { encode } from '#contracts/codec/codec.ts'
import { decodeAddress, encodeAddress } from '#contracts/crypto/address.ts'
import { transactionCodec } from '#contracts/ledger/transaction.ts'
import { asciiToBytes, bytesToHex } from '#contracts/primitives/bytes.ts'
import { present, reject } from '#contracts/primitives/verdict.ts'
import { createRandom, type Random } from '#test/support/random.ts'
import { type Decoder, findFault } from './decoder.ts'
import { id, transactions } from './samples.ts'

const INPUTS = process.env['SURETY_TEST_LONG'] === '1' ? 100_000 : 500
const TIMEOUT_MS = 600_000
const SEED = process.env['SURETY_TEST_SEED'] ?? 'fuzz'

describe('decodeAddress [KEY-2]', () => {
  const addresses = (['wallet', 'asset', 'node'] as const).map(kind => {
    return encodeAddress({ prefix: 'surety', kind, genesis: id('genesis'), id: id('address') })
  })
  /** Texts as bytes, so that the same hostile changes serve; a byte is a character. */
  const subject: Decoder = {
    name: 'decodeAddress',
    limit: 200,
    read: bytes => decodeAddress(String.fromCharCode(...bytes).toLowerCase()),
    use: value => {
      const { prefix, kind, id: named } = value as ReturnType<typeof partsOf>
      return encodeAddress({ prefix, kind, genesis: id('genesis'), id: named })
    },
    samples: addresses.map(asciiToBytes)
  }
  const partsOf = (text: string) => {
    const decoded = decodeAddress(text)
    if (!decoded.ok) throw new Error(decoded.why)
    return decoded.value
  }

  test(
    'answers hostile text with a verdict, in time',
    () => {
      const random = createRandom(`${SEED}/address`)
      expect(findFault(subject, random, INPUTS, brokenText)).toBeUndefined()
    },
    TIMEOUT_MS
  )

  test(
    'never takes an address with one to four characters changed',
    () => {
      const random = createRandom(`${SEED}/changed`)
      for (let i = 0; i < INPUTS; i++) {
        const changed = substituted(random, random.pick(addresses))
        if (!addresses.includes(changed)) expect([changed, decodeAddress(changed).ok]).toEqual([changed, false])
      }
    },
    TIMEOUT_MS
  )
})

const ALPHABET = '023456789acdefghjklmnpqrstuvwxyz'

function substituted(random: Random, address: string): string {
  const characters = [...address]
  for (let times = random.between(1, 4); times > 0; times--) {
    const first = address.lastIndexOf('1') + 1
    characters[random.between(first, address.length - 1)] = present(ALPHABET[random.below(32)], 'a character')
  }
  return characters.join('')
}

function brokenText(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  if (random.chance(30)) return random.bytes(random.below(120))
  return asciiToBytes(substituted(random, String.fromCharCode(...random.pick(samples))))
}

describe('JSON-RPC', () => {
  const hex32 = id('owner')
  const transaction = bytesToHex(encode(transactionCodec, present(transactions[0], 'a transaction')))
  const valid: Readonly<Record<keyof typeof RPC_PARAMETERS, readonly Json[]>> = {
    info: [{}],
    tip: [{}, { which: 'head' }],
    block: [{ height: 7 }],
    transactions: [{ height: 0 }],
    read: [
      { section: 'peers', key: `5820${hex32}` },
      { section: 'parameters', key: '6163', which: 'final' }
    ],
    list: [{ section: 'peers' }],
    outputs: [{ owner: hex32 }],
    prove: [{ section: 'outputs', key: `5820${hex32}` }],
    finalityProof: [{}],
    proof: [
      { request: { kind: 'head' } },
      { request: { kind: 'present', keys: [{ section: 'outputs', key: `5820${hex32}` }] }, since: 3 },
      { request: { kind: 'block', height: 7 } },
      { request: { kind: 'transaction', id: hex32 } },
      { request: { kind: 'spent', output: hex32 } },
      { request: { kind: 'notSpentIn', output: hex32, height: 7 } },
      { request: { kind: 'history', subject: { section: 'keys', key: `5820${hex32}` }, start: 0 } }
    ],
    update: [{ period: 1, height: 40 }],
    anchor: [{ height: 40 }],
    relate: [{ height: 7, id: hex32, under: 40 }],
    submit: [{ transaction }],
    status: [{ id: hex32 }],
    floors: [{}]
  }
  /** A chain without contents: what reaches it has passed every check. */
  const nothing: BaseChain = {
    info: async () => {
      throw new RpcFailure('E_NONE', 'none')
    },
    tip: async () => {
      throw new RpcFailure('E_NONE', 'none')
    },
    block: async () => undefined,
    transactions: async () => undefined,
    read: async () => undefined,
    list: async () => [],
    outputsOf: async () => [],
    prove: async () => {
      throw new RpcFailure('E_NONE', 'none')
    },
    proveFinality: async () => new Uint8Array(1),
    proofs: {
      document: async () => undefined,
      update: async () => new Uint8Array(1),
      anchor: async () => undefined,
      relate: async () => undefined
    },
    submit: async () => reject('E_NONE', 'none'),
    status: async () => ({ kind: 'unknown' }),
    floors: async () => [0],
    onFinal: () => () => undefined
  }
  const methods = createBaseRpc(nothing)

  test.each(Object.entries(valid))(
    'base.%s takes valid parameters and answers hostile ones with a code',
    async (name, params) => {
      const method = present(methods[`base.${name}`], 'a method')
      for (const one of params) expect(method.params.safeParse(one).success).toBe(true)
      const random = createRandom(`${SEED}/rpc/${name}`)
      for (let i = 0; i < INPUTS; i++) {
        const hostile = changedJson(random, random.pick(params))
        expect([hostile, await outcomeOf(method, hostile)]).toEqual([
          hostile,
          expect.stringMatching(/^(answered|E_[A-Z_]+)$/)
        ])
      }
    },
    TIMEOUT_MS
  )

  test('every method is called here', () => {
    expect(Object.keys(methods).sort()).toEqual(
      Object.keys(valid)
        .map(name => `base.${name}`)
        .sort()
    )
  })

  test.each(Object.entries(RPC_ANSWERS))(
    'an answer to base.%s is checked without an exception',
    (name, schema: z.ZodType) => {
      const random = createRandom(`${SEED}/answers/${name}`)
      for (let i = 0; i < INPUTS; i++) {
        expect(typeof schema.safeParse(changedJson(random, random.pick(valid.read))).success).toBe('boolean')
      }
    },
    TIMEOUT_MS
  )
})

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

async function outcomeOf(method: RpcMethod, params: Json): Promise<string> {
  try {
    const checked = method.params.safeParse(params)
    if (!checked.success) return 'E_BAD_PARAMS'
    await method.call(checked.data as never)
    return 'answered'
  } catch (error) {
    return error instanceof RpcFailure ? error.code : `threw ${String(error)}`
  }
}

function changedJson(random: Random, value: Json): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.chance(80)) {
    const fields = Object.entries(value)
    const at = random.below(fields.length + 1)
    if (at === fields.length) return { ...value, [random.pick(['x', '__proto__', 'which', 'key'])]: anyJson(random, 1) }
    return Object.fromEntries(
      fields.flatMap(([name, one], i) => {
        if (i !== at) return [[name, one]]
        return random.chance(15) ? [] : [[name, changedJson(random, one)]]
      })
    )
  }
  if (typeof value === 'string' && random.chance(70)) {
    const at = random.below(value.length + 1)
    const digit = present('0123456789abcdefgG'[random.below(18)], 'a digit')
    return random.chance(50) ? value.slice(0, at) + digit + value.slice(at + 1) : value.slice(0, at)
  }
  return anyJson(random, 2)
}

function anyJson(random: Random, depth: number): Json {
  switch (random.below(depth === 0 ? 5 : 7)) {
    case 0:
      return random.pick([0, -1, 1, 1.5, 2 ** 53, -0, 1e300])
    case 1:
      return random.pick([
        '',
        'final',
        'peers',
        '__proto__',
        'constructor',
        'f'.repeat(64),
        'F'.repeat(64),
        'f'.repeat(9999)
      ])
    case 2:
      return random.chance(50)
    case 3:
      return bytesToHex(random.bytes(random.below(80)))
    case 4:
      return null
    case 5:
      return Array.from({ length: random.below(5) }, () => anyJson(random, depth - 1))
    default:
      return { [random.pick(['section', 'key', 'owner', 'toString'])]: anyJson(random, depth - 1) }
  }
}
