// A minute of chaos; npm run chaos is the same for as long as one likes.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runChaos } from './chaos.ts'
import { judge } from './judge.ts'

test('peers that are killed, cut off and healed while wallets work keep every promise [FIN-5, FIN-6, FIN-7, LED-2]', async () => {
  const settings = {
    folder: await mkdtemp(join(tmpdir(), 'surety-chaos-')),
    peers: 5,
    minutes: 1,
    slow: 1,
    seed: 'a minute',
    killEveryMs: 15_000,
    linkEveryMs: 12_000,
    keep: false,
    say: () => undefined
  }
  const run = await runChaos(settings)
  expect(judge(run, settings).filter(one => !one.kept)).toEqual([])
}, 900_000)
