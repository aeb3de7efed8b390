// The files of stopped nodes, held against each other: each whole by its own check, all with the same final blocks and the
// same state root at the same height, the supply complete in each.
import { join } from 'node:path'
import { decode } from '#contracts/codec/codec.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { BLOCK_BYTES, blockCodec } from '#contracts/statements/block.ts'
import { checkChainFile } from '#base-layer/index.ts'
import { openReadOnly } from '#base-layer/runtime/database.ts'
import type { ChainTables } from '#base-layer/store/chain-schema.ts'
import { ChainStore } from '#base-layer/store/chain-store.ts'
import type { ChaosNode } from './network.ts'

export interface End {
  readonly name: string
  readonly height: number
  /** Blocks looked at. */
  readonly blocks: number
  readonly problems: readonly string[]
}

export interface Ends {
  readonly nodes: readonly End[]
  /** Greatest height that is final at all. */
  readonly common: number
  /** Of the block at that height, by everyone's file: one each, if all is well. */
  readonly ids: readonly string[]
  readonly stateRoots: readonly string[]
}

export async function compareEnds(nodes: readonly ChaosNode[], genesis: Genesis): Promise<Ends> {
  const ends: End[] = []
  for (const { name, process } of nodes) {
    const { height, blocks, problems } = await checkChainFile(pathOf(process.folder), genesis)
    ends.push({ name, height: height ?? -1, blocks, problems })
  }
  const common = Math.min(...ends.map(end => end.height))
  const found = await Promise.all(nodes.map(({ process }) => blockAt(pathOf(process.folder), common)))
  return {
    nodes: ends,
    common,
    ids: [...new Set(found.map(one => one.id))],
    stateRoots: [...new Set(found.map(one => one.stateRoot))]
  }
}

async function blockAt(path: string, height: number): Promise<{ readonly id: string; readonly stateRoot: string }> {
  const database = openReadOnly<ChainTables>(path)
  try {
    const store = new ChainStore(database)
    const decoded = decode(blockCodec, store.finalBytes(height) ?? new Uint8Array(), BLOCK_BYTES)
    return {
      id: store.finalIdAt(height) ?? 'none',
      stateRoot: decoded.ok ? decoded.value.header.stateRoot : decoded.why
    }
  } finally {
    await database.close()
  }
}

function pathOf(folder: string): string {
  return join(folder, 'data', 'chain.db')
}
