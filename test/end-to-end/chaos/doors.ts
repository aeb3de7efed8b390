// Links between peers that can be cut: each peer announces the port of a door instead of its own, and the door passes bytes
// on or does not. Who dials is read from the system's table of sockets, so the peers themselves are as they are.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, connect, type Server, type Socket } from 'node:net'

/** open: bytes pass. cut: connections are reset, and new ones too. frozen: nothing passes and nobody is told. */
export type LinkState = 'open' | 'cut' | 'frozen'

interface Pair {
  readonly link: string
  readonly outer: Socket
  inner: Socket | undefined
}

export class Doors {
  readonly #pidOf: () => ReadonlyMap<string, number>
  readonly #servers: Server[] = []
  readonly #pairs = new Set<Pair>()
  readonly #states = new Map<string, LinkState>()
  /** Connections let through, and those whose dialler could not be told any more. */
  passed = 0
  unknown = 0

  /** `pidOf`: the running processes by name. */
  constructor(pidOf: () => ReadonlyMap<string, number>) {
    this.#pidOf = pidOf
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** A port of its own for a peer that listens on `target`. */
  async open(name: string, port: number, target: number): Promise<void> {
    const server = createServer({ pauseOnConnect: true, noDelay: true }, socket => {
      this.#admit(name, port, target, socket)
    })
    this.#servers.push(server)
    await new Promise<void>((resolve, refuse) => {
      server.once('error', refuse)
      server.listen(port, '127.0.0.1', resolve)
    })
  }

  stateOf(a: string, b: string): LinkState {
    return this.#states.get(linkOf(a, b)) ?? 'open'
  }

  set(a: string, b: string, state: LinkState): void {
    const link = linkOf(a, b)
    this.#states.set(link, state)
    for (const pair of [...this.#pairs]) if (pair.link === link) this.#apply(pair, state)
  }

  async stop(): Promise<void> {
    for (const { outer, inner } of this.#pairs) {
      outer.destroy()
      inner?.destroy()
    }
    await Promise.all(this.#servers.map(server => new Promise(resolve => server.close(resolve))))
  }

  #admit(name: string, port: number, target: number, outer: Socket): void {
    outer.on('error', () => undefined)
    const dialler = ownerOf(outer.remotePort ?? 0, port, this.#pidOf())
    if (dialler === undefined || outer.destroyed) {
      this.unknown += 1
      return void outer.destroy()
    }
    const pair: Pair = { link: linkOf(dialler, name), outer, inner: undefined }
    this.#pairs.add(pair)
    outer.once('close', () => {
      this.#pairs.delete(pair)
      pair.inner?.destroy()
    })
    const state = this.#states.get(pair.link) ?? 'open'
    if (state === 'cut') return void outer.destroy()
    this.passed += 1
    const inner = connect({ port: target, host: '127.0.0.1', noDelay: true })
    pair.inner = inner
    inner.on('error', () => undefined)
    inner.once('close', () => outer.destroy())
    this.#apply(pair, state)
  }

  #apply({ outer, inner }: Pair, state: LinkState): void {
    if (state === 'cut') return void outer.resetAndDestroy()
    if (inner === undefined) return
    if (state === 'open') {
      outer.pipe(inner)
      inner.pipe(outer)
    } else {
      outer.unpipe(inner)
      inner.unpipe(outer)
      outer.pause()
      inner.pause()
    }
  }
}

function linkOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`
}

const ESTABLISHED = '01'

/** Whose socket is connected from `port` to `to`, both of this machine. At once: who dials waits five seconds and no longer. */
function ownerOf(port: number, to: number, pids: ReadonlyMap<string, number>): string | undefined {
  const [from = '', goal = ''] = [port, to].map(one => `:${one.toString(16).toUpperCase().padStart(4, '0')}`)
  const found = connections().find(({ local, remote }) => local.endsWith(from) && remote.endsWith(goal))
  if (found === undefined) return undefined
  for (const [name, pid] of pids) if (inodesOf(pid).has(found.inode)) return name
  return undefined
}

/** Connections of these processes to each other that go through no door: with one, a cut would be none. */
export function findBypasses(listening: ReadonlySet<number>, pids: readonly number[]): number {
  const own = new Set(pids.flatMap(pid => [...inodesOf(pid)]))
  return connections().filter(
    ({ remote, inode }) => own.has(inode) && listening.has(Number.parseInt(remote.split(':')[1] ?? '', 16))
  ).length
}

interface Connection {
  readonly local: string
  readonly remote: string
  readonly inode: string
}

function connections(): readonly Connection[] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .flatMap(row => {
      const [, local = '', remote = '', state, , , , , , inode = ''] = row.trim().split(/\s+/)
      return state === ESTABLISHED ? [{ local, remote, inode }] : []
    })
}

/** Of the sockets of a process; none if it has ended. */
function inodesOf(pid: number): ReadonlySet<string> {
  const found = new Set<string>()
  for (const fd of listOr(() => readdirSync(`/proc/${pid}/fd`), [])) {
    const inode = /^socket:\[(\d+)\]$/.exec(listOr(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''))?.[1]
    if (inode !== undefined) found.add(inode)
  }
  return found
}

function listOr<T>(read: () => T, none: T): T {
  try {
    return read()
  } catch {
    return none
  }
}
