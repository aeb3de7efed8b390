// What an operator trusts, as settings of a node: a recent final block, and recovery files [FIN-5, FIN-9].
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base-layer/runtime/secret.ts'
import { readNodeFolder, writeNodeFolder } from '#cli/node/data-folder.ts'
import { trustedHeadOf } from '#cli/node/node-settings.ts'
import { encode } from '#contracts/codec/codec.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import type { BlockId, OutputId } from '#contracts/primitives/ids.ts'
import {
  type RecoveryBody,
  recoveryFileCodec,
  recoveryIdOf,
  recoverySigningBytes
} from '#contracts/statements/recovery.ts'
import { ALICE, GENESIS, secretOf } from '../../support/lone-peer.ts'

const ID = 'ab'.repeat(32)
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-trust-'))
  const secret = (name: string) => new Secret(secretOf(name))
  await writeNodeFolder(folder, {
    genesis: GENESIS,
    keys: { signing: secret('alice'), vrf: secret('vrf'), network: secret('network') },
    settings: { name: 'trusting' }
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (flags: Readonly<Record<string, unknown>>) => readNodeFolder(folder, { env: {}, flags })

describe('a trusted head [FIN-5]', () => {
  it('is a height and an id', () => {
    expect(trustedHeadOf(`12:${ID}`)).toEqual({ height: 12, id: ID })
  })

  it.each([ID, `12:${ID.slice(1)}`, `-1:${ID}`, `12:${ID.toUpperCase()}`, '12:', `1e3:${ID}`])(
    'is not %s, with a code',
    async text => expect(await read({ trustedHead: text })).toMatchObject({ ok: false, code: 'E_CONFIG' })
  )
})

describe('installed recovery files [FIN-9]', () => {
  const body: RecoveryBody = {
    genesis: genesisHashOf(GENESIS),
    period: 2,
    height: 40,
    block: ID as BlockId,
    table: [{ peer: ALICE, weight: 5n }]
  }
  const fileOf = (message: Uint8Array): Uint8Array => {
    const secret = secretOf('bob')
    const holder = {
      owner: derivePublicKey(secret),
      outputs: [ID as OutputId],
      signature: signMessage(secret, message)
    }
    return encode(recoveryFileCodec, { body, holders: [holder] })
  }

  it("are named from the node's folder on, and known by the id of what they say", async () => {
    writeFileSync(join(folder, 'recovery'), fileOf(recoverySigningBytes(body)))
    const found = await read({ recoveries: 'recovery' })
    expect(found).toMatchObject({ ok: true, value: { recoveries: [recoveryIdOf(body)] } })
  })

  it('stop the start when one is missing, of another network, or not signed as it says', async () => {
    expect(await read({ recoveries: 'nowhere' })).toMatchObject({ code: 'E_NODE_FOLDER' })
    writeFileSync(join(folder, 'wrong'), fileOf(new Uint8Array(5)))
    expect(await read({ recoveries: 'recovery,wrong' })).toMatchObject({ code: 'E_NODE_FOLDER' })
    const other = { ...body, genesis: ID as typeof body.genesis }
    const holders = [{ owner: ALICE, outputs: [ID as OutputId], signature: new Uint8Array(64) }]
    writeFileSync(join(folder, 'other'), encode(recoveryFileCodec, { body: other, holders }))
    expect(await read({ recoveries: 'other' })).toMatchObject({
      code: 'E_NODE_FOLDER',
      why: expect.stringContaining('another network') as string
    })
  })
})
