// The full check of a chain.db in a process of its own, so that a node goes on working meanwhile: reading a whole chain
// takes as long as the disk does. Run by checkInProcess: the path is the argument, the genesis document comes on stdin.
import { spawn } from 'node:child_process'
import { decode, encode } from '#contracts/codec/codec.ts'
import { type Genesis, genesisCodec } from '#contracts/ledger/genesis.ts'
import { RuntimeError } from '../runtime/errors.ts'
import { type ChainCheck, checkChainFile } from './check-chain.ts'
import { STORE_LIMITS } from './limits.ts'

/** Rejects E_DATA_UNUSABLE if the process ends without an answer. */
export function checkInProcess(path: string, document: Genesis): Promise<ChainCheck> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, path], { stdio: ['pipe', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChainCheck)
      } catch {
        reject(new RuntimeError('E_DATA_UNUSABLE', `the check of ${path} ended without an answer`))
      }
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(encode(genesisCodec, document))
  })
}

async function main(path: string): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const document = decode(genesisCodec, Buffer.concat(chunks), STORE_LIMITS.genesisBytes)
  if (!document.ok) throw new Error(document.why)
  process.stdout.write(JSON.stringify(await checkChainFile(path, document.value)))
}

const [, script, path] = process.argv
if (script === import.meta.filename && path !== undefined) await main(path)
