// Runs the workload under strace: to count its system calls, to kill it at the n-th, or to make the n-th fail.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSaid, type Said, type WorkloadSettings } from './said.ts'

const STRACE = '/usr/bin/strace'
const SCRIPT = join(import.meta.dirname, 'workload.ts')

/** What changes files: data, syncs, names. */
export const WRITES = ['pwrite64', 'fdatasync', 'fsync', 'write', 'rename', 'link', 'unlink', 'ftruncate'] as const
export type Write = (typeof WRITES)[number]

export interface Fault {
  readonly call: Write
  /** The n-th of that call in a thread. */
  readonly when: number
  /** Killed on entering it; or it fails, and so do all after it. */
  readonly what: 'kill' | 'EIO' | 'ENOSPC'
}

export interface Ended {
  readonly said: readonly Said[]
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stderr: string
}

export function hasStrace(): boolean {
  return existsSync(STRACE)
}

/** Without a fault to its end; with one until that ends it, if its place is ever reached. */
export function runWorkload(settings: WorkloadSettings, fault?: Fault, log?: string): Promise<Ended> {
  const inject =
    fault === undefined
      ? []
      : fault.what === 'kill'
        ? ['-e', `inject=${fault.call}:signal=KILL:when=${fault.when}`]
        : ['-e', `inject=${fault.call}:error=${fault.what}:when=${fault.when}+`]
  const calls = fault === undefined ? WRITES.join(',') : fault.call
  // With the filter only these calls stop the process, but then no signal is injected.
  const filter = fault?.what === 'kill' ? [] : ['--seccomp-bpf']
  const traced = ['-f', ...filter, '-qq', '-y', '-s', '0', '-o', log ?? '/dev/null', '-e', `trace=${calls}`]
  // One thread for files, so that its calls are counted alike in every run.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  const child = spawn(STRACE, [...traced, ...inject, process.execPath, SCRIPT, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env
  })
  const collect = (stream: unknown): { text: string } => {
    const collected = { text: '' }
    ;(stream as NodeJS.ReadableStream).setEncoding('utf8').on('data', (chunk: string) => {
      collected.text += chunk
    })
    return collected
  }
  const stderr = collect(child.stdio[2])
  const pipe = collect(child.stdio[3])
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // strace ends as the child did.
    child.once('close', (exitCode, signal) =>
      resolve({ said: readSaid(pipe.text), exitCode, signal, stderr: stderr.text })
    )
  })
}

export interface Traced {
  readonly counts: ReadonlyMap<Write, number>
  /** Things said while something written before was not synced: what a power cut would make untrue. */
  readonly unsynced: readonly string[]
}

/**
 * Reads strace's log: how often each call was made in its busiest thread, and whether each line down the pipe came after
 * all that was written to the chain's and the guard's files had been synced, which is what a power cut asks.
 */
export function readTrace(log: string): Traced {
  const perThread = new Map<string, number>()
  const dirty = new Set<string>()
  const unsynced: string[] = []
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread = '', call = '', target = ''] = /^(\d+) +(\w+)\((?:\d+<([^>]*)>)?/.exec(line) ?? []
    if (!(WRITES as readonly string[]).includes(call)) continue
    perThread.set(`${thread} ${call}`, (perThread.get(`${thread} ${call}`) ?? 0) + 1)
    const file = /(?:chain|votes|wallet)\.db(?:-wal|-journal)?$/.exec(target)?.[0]
    if (call === 'pwrite64' && file !== undefined) dirty.add(file)
    if ((call === 'fdatasync' || call === 'fsync') && file !== undefined) dirty.delete(file)
    // The files that a checkpoint copies into are synced before the log is used again: only logs say what was said.
    const waiting = [...dirty].filter(one => one.endsWith('-wal'))
    if (call === 'write' && /^\d+ +write\(3</.test(line) && waiting.length > 0) unsynced.push(waiting.join())
  }
  const counts = new Map<Write, number>()
  for (const [name, count] of perThread) {
    const call = name.split(' ')[1] as Write
    counts.set(call, Math.max(counts.get(call) ?? 0, count))
  }
  return { counts, unsynced }
}
