// What runs on a verifying thread: each message is a batch, each answer says which of its signatures are surely valid.
// Started by verify-threads.ts.
import { parentPort } from 'node:worker_threads'
import { verifyBatch } from './verify-batch.ts'

parentPort?.on('message', async (batch: Uint8Array<ArrayBuffer>) => {
  const found = await verifyBatch(batch)
  parentPort?.postMessage(found, [found.buffer])
})
