// One node as an operating system process: `surety node start` on a data folder. Its output goes to node.log beside the
// folder's files. It ends when told to, when killed, and by itself when the process that started it is gone.
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, closeSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RpcCallError, rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { NODE_INFO, type NodeInfo } from '../node/node-methods.ts'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const READY_POLL_MS = 100
/** Eight processes starting on two cores compile for several seconds. */
const READY_MAX_MS = 45_000
/** A node that has not stopped by then is killed. */
const STOP_MAX_MS = 5_000
const LOG_TAIL_CHARS = 2_000

export class ChildNode {
  readonly name: string
  readonly folder: string
  readonly rpcUrl: string
  #child: ChildProcess | undefined
  /** Counts starts, for whoever waits for a restarted node. */
  #exited: Promise<void> = Promise.resolve()

  constructor(name: string, folder: string, rpcUrl: string) {
    this.name = name
    this.folder = folder
    this.rpcUrl = rpcUrl
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  start(): void {
    if (this.#child !== undefined) return
    const log = openSync(join(this.folder, 'node.log'), 'a')
    // Its standard input is a pipe of ours: the pipe's end, however this process ends, ends the node too.
    const child = spawn(process.execPath, [MAIN, 'node', 'start', '--data', this.folder, '--supervised'], {
      stdio: ['pipe', log, log]
    })
    closeSync(log)
    this.#child = child
    child.stdin?.on('error', () => undefined)
    this.#exited = new Promise(resolve => {
      const ended = (): void => {
        if (this.#child === child) this.#child = undefined
        resolve()
      }
      child.once('exit', ended)
      child.once('error', ended)
    })
  }

  /** Resolves when its RPC answers. Rejects E_NODE_START if it ends before, or does not answer in time. */
  async ready(signal: AbortSignal): Promise<NodeInfo> {
    for (const deadline = Date.now() + READY_MAX_MS; Date.now() < deadline; ) {
      signal.throwIfAborted()
      if (this.#child === undefined) throw this.#startFailure('ended')
      const info = await this.#info()
      if (info !== undefined) return info
      await delay(READY_POLL_MS, undefined, { signal })
    }
    throw this.#startFailure('does not answer')
  }

  /** Asks it to stop, then insists. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM')
    const insist = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MAX_MS)
    await this.#exited
    clearTimeout(insist)
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.killNow()
    await this.#exited
  }

  /** Without waiting: for the last moment of this process. */
  killNow(): void {
    this.#child?.kill('SIGKILL')
  }

  async #info(): Promise<NodeInfo | undefined> {
    try {
      return NODE_INFO.parse(await rpcCall(this.rpcUrl, 'node.info', {}, { timeoutMs: 2_000 }))
    } catch (error) {
      if (error instanceof RpcCallError) return undefined
      throw error
    }
  }

  #startFailure(what: string): CommandFailure {
    const log = readFileSync(join(this.folder, 'node.log'), 'utf8').slice(-LOG_TAIL_CHARS)
    return new CommandFailure(
      'E_NODE_START',
      `node ${this.name} ${what}; the end of its log:\n${log}`,
      EXIT.unreachable
    )
  }
}
