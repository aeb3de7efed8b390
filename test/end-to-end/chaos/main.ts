// npm run chaos: a network of real processes, sockets and files, killed, cut and healed while wallets work.
//   node test/end-to-end/chaos/main.ts [--peers 7] [--minutes 2] [--slow 1] [--seed chaos] [--kill-every 20] [--cut-every 15]
//     [--json] [--keep]
// Prints one document `surety.chaos/1` with --json, else what was promised and what was found. Exits 1 if a promise fails.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runChaos } from './chaos.ts'
import { documentOf, judge } from './judge.ts'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '7' },
    minutes: { type: 'string', default: '2' },
    slow: { type: 'string', default: '1' },
    seed: { type: 'string', default: 'chaos' },
    'kill-every': { type: 'string', default: '20' },
    'cut-every': { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false }
  }
})
const peers = Number(values.peers)
const minutes = Number(values.minutes)
const slow = Number(values.slow)
const killEveryMs = Number(values['kill-every']) * 1_000
const linkEveryMs = Number(values['cut-every']) * 1_000
const isMeant =
  Number.isInteger(peers) &&
  peers >= 4 &&
  peers <= 32 &&
  minutes > 0 &&
  Number.isInteger(slow) &&
  slow >= 1 &&
  killEveryMs >= 1_000
if (!isMeant || !(linkEveryMs >= 10_000)) {
  console.error(
    '--peers is 4 to 32, --minutes above 0, --slow a whole number, --kill-every at least 1 and --cut-every at least 10 seconds'
  )
  process.exit(2)
}
if (process.platform !== 'linux') {
  console.error('void: who dials whom is read from /proc/net/tcp, which this system does not have')
  process.exit(2)
}
const folder = await mkdtemp(join(tmpdir(), 'surety-chaos-'))
const from = Date.now()
const settings = {
  folder,
  peers,
  minutes,
  slow,
  seed: values.seed,
  killEveryMs,
  linkEveryMs,
  keep: values.keep,
  say: (what: string) => console.error(`${Math.round((Date.now() - from) / 1_000)} s: ${what}`)
}
const run = await runChaos(settings)
const judged = judge(run, settings)
const document = documentOf(run, settings, judged)
if (values.json) console.log(JSON.stringify(document))
else for (const { promise, kept, figure } of judged) console.log(`${kept ? 'kept  ' : 'BROKEN'} ${promise}: ${figure}`)
if (values.keep) console.error(`kept: ${folder}`)
// Sockets of libraries may linger; everything that was started has ended.
process.exit(document.ok ? 0 : 1)
