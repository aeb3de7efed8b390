import { describe, expect, it } from 'vitest'
import { judgeReach } from '#cli/node/reachability.ts'
import { SyncProgress } from '#cli/node/sync-progress.ts'

describe('the line of a node that synchronises', () => {
  const look = (atMs: number, height: number, slot: number, slotNow: number, more = {}) => ({
    atMs,
    status: { height, slot, slotNow, syncing: true, peers: 3, ...more }
  })

  it('has the rate of the last seconds and the time left, which counts the slots that pass meanwhile', () => {
    const progress = new SyncProgress()
    expect(progress.add(look(0, 0, 0, 1_000)).text).toBe('synchronising: height 0, 1000 slots behind, 0 blocks/s')
    expect(progress.add(look(5_000, 500, 500, 1_010)).text).toBe(
      'synchronising: height 500, 510 slots behind, 100 blocks/s, about 6 s left'
    )
  })

  it('promises no end while the distance does not shrink', () => {
    const progress = new SyncProgress()
    progress.add(look(0, 10, 10, 100))
    expect(progress.add(look(1_000, 11, 11, 102)).text).not.toContain('left')
  })

  it('says that it looks for peers while it has none, and ends with the height', () => {
    const progress = new SyncProgress()
    expect(progress.add(look(0, 1, 1, 9, { peers: 0 })).text).toBe('height 1, 8 slots behind, looking for peers')
    expect(progress.add(look(1, 9, 9, 9, { syncing: false }))).toEqual({
      text: 'synchronised at height 9, 3 peers',
      last: true
    })
  })
})

describe('whether others can call a node', () => {
  const open = ['/ip4/203.0.113.7/tcp/7410/p2p/x']

  it('is known once somebody has', () => {
    expect(judgeReach(open, 5, 3)).toMatchObject({ kind: 'called', inbound: 2 })
    expect(judgeReach(['/ip4/10.0.0.2/tcp/1'], 1, 0).kind).toBe('called')
  })

  it.each(['127.0.0.1', '10.1.2.3', '192.168.1.2', '172.16.0.1', '172.31.9.9', '169.254.1.1', '100.64.0.1'])(
    'is not so from outside with the address %s alone',
    ip => {
      const reach = judgeReach([`/ip4/${ip}/tcp/7410`], 2, 2)
      expect(reach.kind).toBe('private')
      expect(reach.advice).toContain('forward TCP port 7410')
    }
  )

  it.each(['/ip4/172.32.0.1/tcp/1', '/ip4/100.128.0.1/tcp/1', '/ip6/2001:db8::1/tcp/1', '/dns4/a.example/tcp/1'])(
    'is not known yet with %s',
    address => {
      expect(judgeReach(['/ip4/10.0.0.1/tcp/1', address], 2, 2).kind).toBe('unknown')
    }
  )

  it('is not said of IPv6 loopback and local ranges', () => {
    for (const ip of ['::1', 'fe80::1', 'fd00::1']) expect(judgeReach([`/ip6/${ip}/tcp/1`], 0, 0).kind).toBe('private')
  })
})
