// Peers that a node found itself, kept over restarts: a node that comes back does not depend on its bootstrap address [NET-1].
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Host } from '#base-layer/runtime/host.ts'
import { writePrivate } from './data-folder.ts'

const FILE = z.array(z.string().max(256)).max(32)
/** As many as a start may try; the rest is found again from these. */
const KEPT = 8
const SAVE_MS = 15_000

/** Addresses of the last run; none if there was none, or the file is damaged: it is only a hint. */
export async function readKnownPeers(dataDir: string): Promise<readonly string[]> {
  try {
    return FILE.parse(JSON.parse(await readFile(fileOf(dataDir), 'utf8')))
  } catch {
    return []
  }
}

/** Writes them now and then; the result writes them a last time. */
export function keepKnownPeers(host: Host, dataDir: string): () => Promise<void> {
  const save = async (): Promise<void> => {
    const peers = host.knownPeers().slice(0, KEPT)
    if (peers.length > 0) await writePrivate(fileOf(dataDir), `${JSON.stringify(peers)}\n`)
  }
  // A failed save costs nothing but the hint.
  const timer = setInterval(() => {
    save().catch(() => undefined)
  }, SAVE_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await save()
  }
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'peers.json')
}
