// Copies of chain.db under writing: each is whole, of a height that this node recorded, and a node starts on it [FIN-7].
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BaseNode } from '#base-layer/index.ts'
import { backUpChain, listBackups } from '#base-layer/store/backup.ts'
import { checkChainFile } from '#base-layer/store/check-chain.ts'
import { checkInProcess } from '#base-layer/store/check-process.ts'
import { openChainStore } from '#base-layer/store/chain-store.ts'
import { GENESIS, LonePeer } from '../../support/lone-peer.ts'

let peer: LonePeer
let node: BaseNode
let folder: string

beforeEach(async () => {
  peer = new LonePeer()
  await peer.prepare()
  node = await peer.open()
  folder = join(peer.folder, 'backups')
})
afterEach(async () => {
  await node.stop()
  peer.remove()
})

const check = (path: string) => checkChainFile(path, GENESIS)

describe('a backup', () => {
  it('made while blocks are written has the state root of a final height, and a node goes on from it', async () => {
    await peer.clock.advance(5_000)
    let making = true
    const made = node.backUp({ folder, keep: 3 }).finally(() => {
      making = false
    })
    while (making) await peer.clock.advance(500)
    const backup = await made
    await peer.clock.advance(2_000)
    expect(backup.check).toMatchObject({ ok: true, problems: [] })
    expect(statSync(backup.path).mode & 0o777).toBe(0o600)
    const height = backup.check.height ?? -1
    expect((await node.chain.block(height))?.id).toBe(backup.check.id)
    const { final } = node.status()
    expect(final).toBeGreaterThan(height)
    await node.stop()
    for (const file of readdirSync(peer.folder)) {
      if (file.startsWith('chain.db')) rmSync(join(peer.folder, file))
    }
    copyFileSync(backup.path, join(peer.folder, 'chain.db'))
    node = await peer.open()
    expect(node.status().final).toBe(height)
    expect(node.status().signs).toBe(true)
    await peer.clock.advance(4_000)
    expect(node.status().height).toBeGreaterThan(height)
    expect(peer.failures).toEqual([])
  })

  it('keeps the newest copies and nothing half made', async () => {
    for (let i = 0; i < 4; i++) {
      await peer.clock.advance(1_000)
      await node.backUp({ folder, keep: 2 })
    }
    expect(listBackups(folder)).toHaveLength(2)
    expect(readdirSync(folder)).toHaveLength(2)
    expect(await Promise.all(listBackups(folder).map(check))).toMatchObject([{ ok: true }, { ok: true }])
  })

  it('that does not check is no backup, and costs none of those before it', async () => {
    await node.backUp({ folder, keep: 1 })
    const [before] = listBackups(folder)
    await node.stop()
    const store = await openChainStore(join(peer.folder, 'chain.db'))
    const bad = { ok: false, height: null, id: null, stateRoot: null, blocks: 0, problems: ['a bad page'] }
    const making = backUpChain(store.handle, { folder, keep: 1, nowMs: 5e12, check: async () => bad })
    await expect(making).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    await store.close()
    expect(listBackups(folder)).toEqual([before])
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('never holds what the key signed', async () => {
    await node.backUp({ folder, keep: 1 })
    expect(readdirSync(folder).filter(name => !name.startsWith('chain-'))).toEqual([])
  })
})

describe('a check in a process of its own', () => {
  it('says the same as the check here', async () => {
    await peer.clock.advance(3_000)
    const [there, here] = await Promise.all([node.check(), check(join(peer.folder, 'chain.db'))])
    expect(there).toEqual(here)
    expect(there.ok).toBe(true)
  })

  it('rejects if there is no file, and finds what is none', async () => {
    await expect(checkInProcess(join(peer.folder, 'none.db'), GENESIS)).rejects.toMatchObject({
      code: 'E_DATA_UNUSABLE'
    })
    const text = join(peer.folder, 'text.db')
    writeFileSync(text, 'this is a text and no database. '.repeat(64))
    expect(await checkInProcess(text, GENESIS)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('not a database')]
    })
  })
})
