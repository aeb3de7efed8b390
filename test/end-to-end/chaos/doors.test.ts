// The instruments of chaos: a link that is cut is cut, and a contradiction put before the audit is found.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { freePorts } from '#cli/devnet/network.ts'
import { SignedByPeers } from '../written.ts'
import { Doors } from './doors.ts'

/** Dials the door, says each answer; once the connection ends, says so and dials again. */
const DIALLER = `
const { connect } = require('node:net')
const dial = () => {
  const socket = connect(Number(process.argv[1]), '127.0.0.1')
  const beat = setInterval(() => socket.write('?'), 20)
  socket.on('data', () => console.log('heard')).on('error', () => {})
  socket.on('close', () => { clearInterval(beat); console.log('ended'); setTimeout(dial, 20) })
}
dial()`

describe('a door', () => {
  let doors: Doors
  let server: Server
  let child: ChildProcess
  let lines: string[]

  beforeEach(async () => {
    const [door = 0, target = 0] = await freePorts(2)
    server = createServer(socket => {
      socket.on('data', () => socket.write('!')).on('error', () => undefined)
    })
    await once(server.listen(target, '127.0.0.1'), 'listening')
    doors = new Doors(() => new Map(child?.pid === undefined ? [] : [['ada', child.pid]]))
    await doors.open('ben', door, target)
    child = spawn(process.execPath, ['-e', DIALLER, String(door)], { stdio: ['ignore', 'pipe', 'inherit'] })
    lines = []
    child.stdout?.on('data', (text: Buffer) => lines.push(...text.toString().trim().split('\n')))
    await heard()
  })

  afterEach(async () => {
    child.kill('SIGKILL')
    await doors.stop()
    server.close()
  })

  const heard = async (): Promise<void> => {
    for (lines.length = 0; !lines.includes('heard'); ) await delay(10)
  }

  test('passes bytes on, ends the connection when it is cut, and lets nobody in until it is healed', async () => {
    doors.set('ben', 'ada', 'cut')
    await delay(300)
    expect(lines).toContain('ended')
    lines.length = 0
    await delay(300)
    expect(lines).not.toContain('heard')
    doors.set('ada', 'ben', 'open')
    await heard()
  })

  test('that is frozen passes nothing and tells nobody', async () => {
    doors.set('ada', 'ben', 'frozen')
    await delay(200)
    lines.length = 0
    await delay(300)
    expect(lines).toEqual([])
    doors.set('ada', 'ben', 'open')
    await heard()
    expect(lines).not.toContain('ended')
  })

  test('of another pair does not matter', async () => {
    doors.set('ben', 'cleo', 'cut')
    await heard()
    expect(lines).not.toContain('ended')
  })
})

describe('the audit of what was signed', () => {
  const peer = 'aa'.repeat(32) as PublicKey
  const link = { peer, period: '3', root: 'r', sourceEpoch: 5, targetEpoch: 6, target: 't' }

  test('finds two acknowledgements in one slot, two votes for one epoch, and two roots [POS-5, FIN-4]', () => {
    const signed = new SignedByPeers()
    signed.noteSlot('acknowledgement', peer, 7, 'x', 'guard of ada')
    signed.noteSlot('acknowledgement', peer, 7, 'y', 'guard of ada')
    signed.noteVote(link, 'guard of ada')
    signed.noteVote({ ...link, target: 'u' }, 'guard of ada')
    signed.noteVote({ ...link, targetEpoch: 8, sourceEpoch: 6, root: 's' }, 'guard of ada')
    expect(signed.unique.contradictions).toHaveLength(3)
    expect(signed.surrounded()).toEqual([])
  })

  test('finds a vote that surrounds another, whichever it saw first [FIN-4]', () => {
    const signed = new SignedByPeers()
    signed.noteVote({ ...link, sourceEpoch: 4, targetEpoch: 9 }, 'guard of ada')
    signed.noteVote(link, 'guard of ada')
    expect(signed.surrounded()).toHaveLength(1)
  })

  test('finds what was heard and is in no guard file [FIN-7]', () => {
    const signed = new SignedByPeers()
    signed.noteVote(link, 'guard of ada')
    signed.noteVote(link, 'heard')
    signed.noteSlot('proposal', peer, 7, 'x', 'heard')
    expect(signed.unguarded).toEqual([`proposal ${peer}/7`])
    expect(signed.unique.contradictions).toEqual([])
  })
})
