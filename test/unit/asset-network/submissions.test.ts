import { describe, expect, test } from 'vitest'
import { acceptSubmissions } from '#asset-layer/network/submissions.ts'
import { noticesCodec, submitCodec } from '#asset-layer/network/requests.ts'
import type { InstructionChecks } from '#asset-layer/replica/instructions.ts'
import type { Outcome } from '#asset-layer/replica/outcomes.ts'
import type { ServedAssets } from '#asset-layer/replica/served.ts'
import type { Channel, Host } from '#base-layer/runtime/host.ts'
import { instructionCodec } from '#contracts/assets/instruction.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'

const asset = hashHex('test', asciiToBytes('asset')) as string as AssetId
const instruction = encode(instructionCodec, {
  asset,
  account: hashHex('test', asciiToBytes('account')) as string as PublicKey,
  sequence: 1,
  notAfter: 9,
  calls: [Uint8Array.of(0x80)],
  maxFee: 0n,
  signature: new Uint8Array(64)
})

/** What a client of a node that serves nothing hears, when members are asked like this. */
async function heard(relay: () => Promise<Outcome>): Promise<unknown> {
  const sent: Uint8Array[] = []
  let receive: (message: Uint8Array) => void | Promise<void> = () => {}
  const channel: Channel = {
    peer: 'client',
    send: message => sent.push(message) > 0,
    onMessage: handler => {
      receive = handler
    },
    onClose: () => {},
    close: () => {}
  }
  const host = {
    acceptChannels: (_protocol: string, _options: object, handler: (channel: Channel, from: string) => void) => {
      handler(channel, 'client')
      return () => {}
    }
  } as unknown as Host
  const checks = { check: async () => ({ ok: true, value: {} }) } as unknown as InstructionChecks
  const served = { running: () => undefined } as unknown as ServedAssets
  acceptSubmissions({ host, protocol: 'submit', served, checks, relay })
  await receive(encode(submitCodec, { asset, instructions: [instruction] }))
  await new Promise(resolve => setTimeout(resolve, 5))
  const decoded = decode(noticesCodec, sent[0] ?? new Uint8Array(), 100_000)
  return decoded.ok ? decoded.value.notices : decoded
}

describe('a submit channel', () => {
  test('says of every refusal what can be written, whoever made up the reason', async () => {
    const why = `ö\n${'x'.repeat(10_000)}`
    const notices = await heard(async () => ({ kind: 'refused', code: 'E'.repeat(100), why }))
    expect(notices).toMatchObject([{ kind: 'refused', code: 'E'.repeat(64), why: `??${'x'.repeat(254)}` }])
  })

  test('answers when asking the members fails altogether', async () => {
    const notices = await heard(async () => {
      throw new Error('the client was stopped')
    })
    expect(notices).toMatchObject([{ kind: 'refused', code: 'E_TIMEOUT' }])
  })
})
