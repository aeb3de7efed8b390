// surety node backup, check and restore: chain.db of a node, running or not. votes.db is in none of them: an older copy of
// it could make the key contradict itself [FIN-7].
import { closeSync, copyFileSync, existsSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { backUpChainFile, checkChainFile, type ChainCheck } from '#base-layer/index.ts'
import { lockDataFolder, syncFolder } from '#base-layer/runtime/database.ts'
import { confirm } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { EXIT, misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { resolveNodeSettings } from '../../node/node-settings.ts'
import { folderOf } from './folder.ts'

interface Place {
  readonly folder: string
  readonly chain: string
  readonly genesis: Genesis
}

async function placeOf(options: Options): Promise<Place> {
  const folder = folderOf(options)
  const genesis = unwrap(await readGenesis(join(folder, 'genesis.json')))
  return { folder, chain: join(folder, 'data', 'chain.db'), genesis }
}

export const backUpNode: Handler = async ({ output }, _args, options) => {
  const { folder, chain, genesis } = await placeOf(options)
  const to = typeof options['to'] === 'string' ? options['to'] : join(folder, 'backups')
  const { settings } = unwrap(resolveNodeSettings({ folder, env: process.env, flags: options }))
  const { path, bytes, check } = await backUpChainFile(chain, genesis, { folder: to, keep: settings.backups })
  output.result('surety.node.backup/1', { path, bytes, height: check.height, stateRoot: check.stateRoot }, () => [
    `${path}: ${bytes} bytes, checked, height ${String(check.height)}, state root ${String(check.stateRoot)}`,
    'It holds the chain and no keys: keys.json is for you to keep, votes.db must never be restored.'
  ])
}

export const checkNode: Handler = async ({ output }, args, options) => {
  const { chain, genesis } = await placeOf(options)
  const path = args[0] ?? chain
  const check = await checkChainFile(path, genesis)
  output.result('surety.node.check/1', { path, ...check }, () => wordsOf(path, check))
  return check.ok ? EXIT.ok : EXIT.problemFound
}

export const restoreNode: Handler = async (context, args, options) => {
  const { folder, chain, genesis } = await placeOf(options)
  const [from = ''] = args
  if (!existsSync(from)) throw misuse('E_USAGE', `there is no file ${from}`)
  const data = join(folder, 'data')
  const release = lockDataFolder(data)
  try {
    const check = await checkChainFile(from, genesis)
    if (!check.ok) throw refused('E_DATA_UNUSABLE', wordsOf(from, check).join('; '))
    await confirm(context, `Replace the chain of ${folder} by the copy of height ${String(check.height)}?`)
    if (!context.dryRun) replaceChain(from, chain, data)
    context.output.result('surety.node.restore/1', { path: chain, from, ...check }, () => [
      `${chain} is the copy of height ${String(check.height)}; what came after is fetched from peers at the next start`
    ])
  } finally {
    release()
  }
  return EXIT.ok
}

/**
 * Whole or not at all. The old log goes first: SQLite would read it into the file that took the place of its own. Without
 * it the old file is that of an earlier moment, so a stop at any point leaves a chain that can be started on.
 */
function replaceChain(from: string, chain: string, data: string): void {
  const draft = `${chain}.new`
  copyFileSync(from, draft)
  const file = openSync(draft, 'r+')
  try {
    fchmodSync(file, 0o600)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  for (const suffix of ['-wal', '-shm']) rmSync(`${chain}${suffix}`, { force: true })
  renameSync(draft, chain)
  syncFolder(data)
}

function wordsOf(path: string, { ok, height, blocks, stateRoot, problems }: ChainCheck): readonly string[] {
  if (ok) return [`${path} is whole: height ${String(height)}, ${blocks} blocks, state root ${String(stateRoot)}`]
  return [`${path} is damaged`, ...problems]
}
