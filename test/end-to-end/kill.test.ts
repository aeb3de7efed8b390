// Kills real node processes with SIGKILL, one role after another, and starts each again on its data folder, while an asset
// is kept busy [FIN-7, DAG-6, COM-4]. What must hold is observed from outside: over RPC, by listening to gossip, and on
// the disks of the stopped nodes.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { deriveDevKey } from '#cli/devnet/accounts.ts'
import { createDevNetwork, type DevNetwork } from '#cli/devnet/network.ts'
import { BusyNetwork } from './busy-network.ts'
import { auditDisks } from './written.ts'

/** Finality moves on within this while any one node is down. Two to three seconds on two idle cores; busy ones miss epochs. */
const FINALITY_GAP_MS_MAX = 15_000
/** Instructions are accepted within this while any one member is down; three to five seconds on two idle cores. */
const ACCEPTANCE_GAP_MS_MAX = 15_000
const CATCH_UP_MS_MAX = 20_000
/** One instruction each. */
const LOAD_MS = 200
/** SIGTERM ends a node within this. */
const STOP_MS_MAX = 5_000
const DOWN_MS = 1_500
/** A node started a moment ago: it has opened its files at most. */
const STARTING_MS = 900

interface Killed {
  readonly name: string
  readonly role: string
  /** From the restart until it knew everything final and took part in what it should; undefined: it did not. */
  readonly caughtUpMs: number | undefined
}

describe('a network whose processes are killed one after another', () => {
  let folder: string
  let network: DevNetwork
  let busy: BusyNetwork
  let asset: AssetId
  const killed: Killed[] = []
  let ids: ReadonlySet<string | undefined>
  let stopMs: number
  let pids: readonly number[]
  let audit: ReturnType<typeof auditDisks>
  let offences: readonly string[]
  const abort = new AbortController()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surety-kill-'))
    network = await createDevNetwork({ folder })
    await network.start(abort.signal)
    busy = await BusyNetwork.create(network)
    asset = await busy.addAsset('KIL', ['ada', 'ben', 'eve', 'finn', 'gil'])
    await killAndRestart('hana', 'the joiner, again while it starts', { again: true })
    const committee = await busy.committee(asset, 1)
    busy.load(asset, LOAD_MS)
    await acceptedSome(10)
    for (const [name, role] of rolesAfter(committee)) await killAndRestart(name, role, {})
    await acceptedSome(busy.accepted.length + 10)
    await conclude()
  }, 240_000)

  afterAll(async () => {
    abort.abort()
    await busy?.stop()
    await network?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** By what the draw made of them: the first node is what all others start from. */
  function rolesAfter({ seats }: CommitteeRecord): readonly (readonly [name: string, role: string])[] {
    const members = new Set(seats.map(({ validator }) => busy.nameOf(validator)))
    const reserve = ['ada', 'ben', 'eve', 'finn', 'gil'].find(name => !members.has(name) && name !== 'ada')
    const member = ['eve', 'finn', 'gil'].find(name => members.has(name)) ?? ''
    return [
      ['ada', 'the bootstrap node'],
      [member, 'a member'],
      ['dan', 'a founding peer'],
      ...(reserve === undefined ? [] : [[reserve, 'a reserve'] as const])
    ]
  }

  async function killAndRestart(name: string, role: string, { again = false }): Promise<void> {
    await busy.kill(name)
    await delay(DOWN_MS)
    if (again) {
      network.node(name).start()
      await delay(STARTING_MS)
      await network.node(name).kill()
    }
    const from = Date.now()
    await busy.restart(name, abort.signal)
    const caughtUpMs = await busy
      .until(
        `${name} to catch up`,
        async () => {
          const { atMs, statuses } = busy.looks.at(-1) ?? { atMs: 0, statuses: new Map() }
          return atMs > from && busy.isAbreast(name, statuses) ? Date.now() - from : undefined
        },
        CATCH_UP_MS_MAX
      )
      .catch(() => undefined)
    killed.push({ name, role, caughtUpMs })
  }

  async function acceptedSome(count: number): Promise<void> {
    await busy.until(`${count} accepted instructions`, async () => busy.accepted.length >= count || undefined)
  }

  async function conclude(): Promise<void> {
    await busy.quiet()
    const tips = await Promise.all([...busy.chains.values()].map(chain => chain.tip('final')))
    const height = Math.min(...tips.map(tip => tip.height))
    const blocks = await Promise.all([...busy.chains.values()].map(chain => chain.block(height)))
    ids = new Set(blocks.map(block => block?.id))
    offences = await busy.offences()
    pids = network.nodes.flatMap(node => node.pid ?? [])
    const from = Date.now()
    await network.stop()
    stopMs = Date.now() - from
    const nodes = network.nodes.map(node => ({
      ...node,
      name: node.name,
      folder: node.folder,
      key: deriveDevKey(node.name).publicKey
    }))
    audit = auditDisks(nodes, busy.heard)
  }

  it('goes on finalising without a pause', () => expect(busy.finalityGapMs()).toBeLessThan(FINALITY_GAP_MS_MAX))

  it('goes on accepting instructions, and loses none', () => {
    expect(busy.refused).toEqual([])
    expect(busy.acceptanceGapMs(asset)).toBeLessThan(ACCEPTANCE_GAP_MS_MAX)
  })

  it('every killed node catches up and takes its part again', () => {
    expect(killed.filter(one => one.caughtUpMs === undefined)).toEqual([])
    expect(killed.length).toBeGreaterThanOrEqual(4)
  })

  it('all nodes hold the same final block, and so the same state', () => {
    expect(ids.size).toBe(1)
    expect(ids.has(undefined)).toBe(false)
  })

  it('nothing was signed that contradicts something signed before [FIN-7, DAG-6]', () => {
    expect(audit.contradictions).toEqual([])
    expect(audit.compared).toBeGreaterThan(1_000)
  })

  it('nobody is accused or punished, and nobody has fallen silent', () => expect(offences).toEqual([]))

  it('every node stops within five seconds and none stays behind', async () => {
    expect(stopMs).toBeLessThan(STOP_MS_MAX)
    expect(pids.length).toBe(network.nodes.length)
    expect(await processesIn(folder)).toEqual([])
  })
})

/** Command lines that name the folder: every process of the network does. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const entries = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry))
  const lines = await Promise.all(entries.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter(line => line.includes(folder))
}
