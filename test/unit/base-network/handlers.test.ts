import { describe, expect, test } from 'vitest'
import type { Chain } from '#base-layer/chain/chain.ts'
import { headersOf, takeOffer } from '#base-layer/network/handlers.ts'
import { SYNC_LIMITS } from '#base-layer/network/limits.ts'
import type { GossipVerdict } from '#base-layer/runtime/host.ts'
import type { ChainStore } from '#base-layer/store/chain-store.ts'
import { encode } from '#contracts/codec/codec.ts'
import { blockCodec } from '#contracts/statements/block.ts'
import { actor, ChainBuilder } from '#test/support/chain-builder.ts'

const builder = new ChainBuilder({ owners: ['olga'] })
const [olga, oscar] = [actor('olga'), actor('oscar')]
const payments = Array.from({ length: 9 }, (_, index) => builder.pay(olga, oscar, BigInt(index + 1)))
const block = builder.produce(payments)

describe('what peers are answered', () => {
  test('headers come from no more bytes of blocks than can be read between two events', () => {
    let read = 0
    const bytes = encode(blockCodec, block)
    const store = {
      finalBytes: () => {
        read += 1
        return bytes
      }
    } as unknown as ChainStore
    const chain = { final: { height: 10_000_000 } } as unknown as Chain
    const most = SYNC_LIMITS.headersWorkBytes / bytes.length
    const headers = headersOf({ chain, store }, 1, SYNC_LIMITS.headers)
    expect(headers.length).toBe(Math.min(SYNC_LIMITS.headers, Math.ceil(most)))
    expect(read).toBe(headers.length)
    expect(headers.map(one => one.header.height)).toEqual(headers.map(() => block.header.height))
  })

  test('an offer is read up to its first worthless transaction, and what is of no use here is passed over', async () => {
    const looked: number[] = []
    const intakeOf = (verdicts: readonly GossipVerdict[]) => ({
      takeTransaction: async (one: Uint8Array) => {
        looked.push(one[0] ?? 0)
        return verdicts[one[0] ?? 0] ?? 'ignore'
      }
    })
    const offer = [0, 1, 2, 3].map(place => Uint8Array.of(place))
    expect(await takeOffer(intakeOf(['accept', 'ignore', 'accept', 'ignore']), offer, 'bob')).toEqual({ taken: 2 })
    looked.length = 0
    expect(await takeOffer(intakeOf(['accept', 'reject', 'accept']), offer, 'bob')).toEqual({ taken: 1 })
    expect(looked).toEqual([0, 1])
  })
})
