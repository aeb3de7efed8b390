// The check of a whole chain.db: what a node wrote passes, whatever was changed in it does not [PRF-2].
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkChainFile } from '#base-layer/store/check-chain.ts'
import { GENESIS, LonePeer } from '../../support/lone-peer.ts'

let peer: LonePeer
let final: number
let copies = 0
const path = (): string => join(peer.folder, 'chain.db')

beforeAll(async () => {
  peer = new LonePeer()
  await peer.prepare()
  const node = await peer.open()
  await peer.clock.advance(10_000)
  final = node.status().final
  await node.stop()
})
afterAll(() => peer.remove())

/** A copy of the file with one statement run over it. */
function changed(statement: string, ...values: unknown[]): string {
  const copy = join(peer.folder, `copy-${copies++}.db`)
  copyFileSync(path(), copy)
  const file = new SqliteDatabase(copy)
  file.prepare(statement).run(...values)
  file.close()
  return copy
}

describe('a check of chain.db', () => {
  it('passes what the node wrote, and names height and state root', async () => {
    expect(final).toBeGreaterThan(3)
    const check = await checkChainFile(path(), GENESIS)
    expect(check).toMatchObject({ ok: true, height: final, blocks: final + 1, problems: [] })
    expect(check.stateRoot).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['a changed leaf of the state', "UPDATE leaves SET value = x'00' WHERE rowid_like = 1", 'state'],
    ['a changed block', "UPDATE blocks SET bytes = x'00' WHERE height = 2", 'what was written'],
    ['a missing block', 'DELETE FROM blocks WHERE height = 2', 'no final block of height 2'],
    ['two blocks in each other’s place', 'UPDATE blocks SET height = -height WHERE height = 2', 'of height 2'],
    ['an id that is not the block’s', 'UPDATE blocks SET id = zeroblob(32) WHERE height = 2', 'hash of its header'],
    ['another network’s mark', "UPDATE meta SET value = zeroblob(32) WHERE name = 'genesis'", 'another network'],
    ['a lost state', "DELETE FROM meta WHERE name = 'state'", 'state']
  ])('finds %s', async (_what, statement, problem) => {
    const sql = statement.replace('rowid_like = 1', 'key = (SELECT key FROM leaves ORDER BY section, key LIMIT 1)')
    const check = await checkChainFile(changed(sql), GENESIS)
    expect(check.ok).toBe(false)
    expect(check.problems.join()).toContain(problem)
  })

  it('says of a block whose sum was made to fit that its body is not its header’s', async () => {
    const { sumOf } = await import('#base-layer/store/chain-schema.ts')
    const file = new SqliteDatabase(path(), { readonly: true })
    const other = file.prepare('SELECT bytes FROM blocks WHERE height = 3').pluck().get() as Uint8Array
    file.close()
    const copy = changed('UPDATE blocks SET bytes = ?, sum = ? WHERE height = 2', other, sumOf(other))
    expect((await checkChainFile(copy, GENESIS)).problems.join()).toContain('another height')
  })

  it('refuses a genesis document of another network, and no file at all', async () => {
    const other = { ...GENESIS, genesisTimeMs: 1 }
    expect((await checkChainFile(path(), other)).problems).toEqual(['the file is of another network'])
    await expect(checkChainFile(join(peer.folder, 'none.db'), GENESIS)).rejects.toMatchObject({
      code: 'E_DATA_UNUSABLE'
    })
  })

  it('keeps a node from starting on a changed block or leaf', async () => {
    const damaged = new LonePeer()
    copyFileSync(changed("UPDATE blocks SET bytes = x'00' WHERE height = 2"), join(damaged.folder, 'chain.db'))
    await expect(damaged.open()).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    copyFileSync(changed("UPDATE leaves SET value = x'00'"), join(damaged.folder, 'chain.db'))
    await expect(damaged.open()).rejects.toMatchObject({ code: 'E_DATA_UNUSABLE' })
    damaged.remove()
  })
})
