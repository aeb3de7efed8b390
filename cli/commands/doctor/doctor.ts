// surety doctor: what keeps nodes from running well, looked at one by one, each with what to do about it. Changes nothing but
// a file of its own that it removes.
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { EXIT } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { table } from '../../output.ts'
import { folderOf } from '../node/folder.ts'

type State = 'good' | 'look' | 'bad'

interface Finding {
  readonly what: string
  readonly state: State
  readonly found: string
  /** What to do; empty if nothing. */
  readonly todo: string
}

const GIGABYTE = 2 ** 30
/** A signature waits for its sync [FIN-7]: above this a member is late for its round. */
const SYNC_GOOD_MS = 20
const SYNC_BAD_MS = 200
const SYNCS = 16
/** A block stated further ahead than this is held by others, not judged [POS-4]. */
const CLOCK_GOOD_MS = 500
const CLOCK_BAD_MS = 2_000

export const examine: Handler = async ({ output, settings }, _args, options) => {
  const folder = folderOf(options)
  const findings: Finding[] = [nodeVersion(), machine(), ...roomAndSync(folder)]
  findings.push(...(await nodeFolder(folder)), ...(await reachNode(settings.rpc.value)))
  const isWell = findings.every(one => one.state !== 'bad')
  const { green, yellow, red } = output.paint
  const colors = { good: green, look: yellow, bad: red } as const
  output.result('surety.doctor/1', { well: isWell, folder, findings }, () => [
    ...table(
      ['', 'what', 'found'],
      findings.map(one => [one.state, one.what, one.found])
    ).map((line, row) => {
      const state = findings[row - 1]?.state
      return state === undefined ? line : line.replace(state, colors[state](state))
    }),
    ...findings.flatMap(one => (one.todo === '' ? [] : [`${one.what}: ${one.todo}`]))
  ])
  return isWell ? EXIT.ok : EXIT.problemFound
}

function finding(what: string, state: State, found: string, todo = ''): Finding {
  return { what, state, found, todo: state === 'good' ? '' : todo }
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNew = major > 22 || (major === 22 && minor >= 18)
  return finding('Node', isNew ? 'good' : 'bad', process.version, 'run it with Node 22.18 or newer: npm ci brings one')
}

function machine(): Finding {
  const gigabytes = totalmem() / GIGABYTE
  const cores = availableParallelism()
  const isFit = gigabytes >= 1 && cores >= 2
  return finding(
    'machine',
    isFit ? 'good' : 'look',
    `${cores} ${cores === 1 ? 'core' : 'cores'}, ${gigabytes.toFixed(1)} GB`,
    'a node is at ease with two cores and 1 GB'
  )
}

/** Of the folder, or of where it would be made. */
function roomAndSync(folder: string): readonly Finding[] {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  try {
    const { bavail, bsize } = statfsSync(place)
    const free = (bavail * bsize) / GIGABYTE
    const room = finding(
      'room on the disk',
      free < 1 ? 'bad' : free < 10 ? 'look' : 'good',
      `${free.toFixed(1)} GB free at ${place}`,
      'the chain grows: make room, or set keepBodies on a node that does not sign'
    )
    return [room, diskSync(place)]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [finding('data folder', 'bad', why, `let this user write to ${place}, or choose another with --data`)]
  }
}

/** How long a small write takes to be safe: the median of some. */
function diskSync(place: string): Finding {
  const scratch = mkdtempSync(join(place, '.surety-doctor-'))
  try {
    const file = openSync(join(scratch, 'probe'), 'w', 0o600)
    const times = Array.from({ length: SYNCS }, () => {
      const from = performance.now()
      writeSync(file, Buffer.alloc(512))
      fsyncSync(file)
      return performance.now() - from
    }).sort((a, b) => a - b)
    closeSync(file)
    const median = times[SYNCS / 2] ?? 0
    return finding(
      'disk sync',
      median > SYNC_BAD_MS ? 'bad' : median > SYNC_GOOD_MS ? 'look' : 'good',
      `${median.toFixed(1)} ms`,
      'everything signed waits for this: put the data folder on a faster or quieter disk'
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function nodeFolder(folder: string): Promise<readonly Finding[]> {
  if (!existsSync(join(folder, 'surety.toml'))) {
    return [finding('node folder', 'look', `no node in ${folder}`, 'make one with surety node init')]
  }
  const read = await readNodeFolder(folder, { env: process.env })
  if (!read.ok) return [finding('node folder', 'bad', read.why, `see surety help ${read.code}`)]
  const { rpcPort, listen } = read.value.settings
  const ports = [rpcPort, ...listen.flatMap(address => Number(/\/tcp\/(\d+)/.exec(address)?.[1] ?? 0))]
  const taken: number[] = []
  for (const port of ports) if (port !== 0 && !(await isFree(port))) taken.push(port)
  return [
    finding('node folder', 'good', folder),
    finding(
      'ports',
      taken.length === 0 ? 'good' : 'look',
      taken.length === 0 ? ports.join(', ') : `in use: ${taken.join(', ')}`,
      'fine if it is the node itself that runs; else choose others in surety.toml'
    )
  ]
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

const STATUS = z.looseObject({
  base: z.looseObject({
    syncing: z.boolean(),
    signs: z.boolean(),
    conflicted: z.boolean(),
    peers: z.number(),
    height: z.number(),
    final: z.number(),
    headAgeMs: z.number()
  }),
  reach: z.looseObject({ kind: z.string(), advice: z.string() })
})

async function reachNode(url: string): Promise<readonly Finding[]> {
  const from = Date.now()
  const answer = await rpcCall(url, 'node.status').catch((error: unknown) => error)
  const took = Date.now() - from
  if (answer instanceof Error) {
    return [finding('node', 'look', `${url}: ${answer.message}`, 'start it: surety node start, or npm run dev')]
  }
  const status = STATUS.safeParse(answer)
  if (!status.success) return [finding('node', 'bad', `${url} is no surety node of this version`, 'check --rpc')]
  const { base, reach } = status.data
  const behind = base.height - base.final
  return [
    finding('node', 'good', `${url} answers in ${took} ms`),
    await clockOf(url),
    finding(
      'chain',
      base.conflicted ? 'bad' : base.syncing ? 'look' : 'good',
      `height ${base.height}, ${behind} not final, ${base.peers} peers`,
      base.conflicted ? 'stop and look: a third of the weight signed two histories' : 'wait until it has caught up'
    ),
    finding('reachability', reach.kind === 'called' ? 'good' : 'look', reach.kind, reach.advice)
  ]
}

/** Against the Date header of the node: of use where --rpc is another machine. */
async function clockOf(url: string): Promise<Finding> {
  const from = Date.now()
  const response = await fetch(new URL('/version', url)).catch(() => undefined)
  const said = Date.parse(response?.headers.get('date') ?? '')
  if (Number.isNaN(said)) return finding('clock', 'look', 'the node does not say its time', 'compare it with others')
  // The header counts whole seconds.
  const off = Math.max(0, Math.abs((from + Date.now()) / 2 - (said + 500)) - 500)
  return finding(
    'clock',
    off > CLOCK_BAD_MS ? 'bad' : off > CLOCK_GOOD_MS ? 'look' : 'good',
    `${Math.round(off)} ms off the node's`,
    'keep it synchronised with NTP: consensus follows it'
  )
}
