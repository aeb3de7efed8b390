import { describe, expect, test } from 'vitest'
import { groupOfAddress, LOOPBACK_GROUP } from '#base-layer/runtime/address-groups.ts'
import {
  admitsInbound,
  anchorsOf,
  type Candidate,
  type ConnectionRules,
  decideConnections,
  type Link
} from '#base-layer/runtime/connection-choice.ts'
import { NETWORK_LIMITS } from '#base-layer/runtime/limits.ts'

const RULES: ConnectionRules = { outboundMin: 8, peersTarget: 12, isLocal: false, lastRotationMs: 0 }

const candidate = (id: string, group: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  group,
  isAnchor: false,
  isBootstrap: false,
  nextDialMs: 0,
  ...more
})
const link = (id: string, group: string, more: Partial<Link> = {}): Link => ({
  id,
  direction: 'outbound',
  isChosen: true,
  group,
  sinceMs: 0,
  ...more
})
const inbound = (id: string, group: string): Link => link(id, group, { direction: 'inbound', isChosen: false })

/** Numbers in [0, 1) that a test can repeat. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

describe('address groups [NET-1]', () => {
  test.each([
    ['/ip4/203.0.113.9/tcp/4001', 'ip4/203.0.113'],
    ['/ip4/203.0.113.250/tcp/1/p2p/12D3', 'ip4/203.0.113'],
    ['/ip4/127.0.0.1/tcp/0', LOOPBACK_GROUP],
    ['/ip6/::1/tcp/0', LOOPBACK_GROUP],
    ['/ip6/2001:db8:77::9/tcp/1', 'ip6/2001:db8:77'],
    ['/ip6/2001:0db8:0077:1:2:3:4:5/tcp/1', 'ip6/2001:db8:77'],
    ['/ip6/::ffff:203.0.113.9/tcp/1', 'ip4/203.0.113'],
    ['/dns4/Example.org/tcp/1', 'name/example.org'],
    ['/dns/localhost/tcp/1', LOOPBACK_GROUP],
    ['/ip6/:::1/tcp/1', 'other'],
    ['/ip4/1.2.3/tcp/1', 'other'],
    ['', 'other'],
    ['/memory/x', 'other']
  ])('%s is of %s', (address, group) => {
    expect(groupOfAddress(address)).toBe(group)
  })
})

describe('the links a node chooses [NET-1]', () => {
  test('500 strangers from five groups that dial in fill what is theirs and push out none of the eight chosen', () => {
    const random = draws(7)
    const links: Link[] = many(8, n => link(`honest ${n}`, `ip4/10.${n}.0`))
    let refused = 0
    for (const n of many(500, one => one)) {
      const group = `ip4/66.${n % 5}.0`
      if (admitsInbound(links, group, false)) links.push(inbound(`stranger ${n}`, group))
      else refused += 1
    }
    expect(links.filter(one => one.direction === 'inbound')).toHaveLength(5 * NETWORK_LIMITS.inboundPerGroupMax)
    expect(refused).toBe(500 - 5 * NETWORK_LIMITS.inboundPerGroupMax)
    const { dial, rotate } = decideConnections([], links, NETWORK_LIMITS.rotateMs * 2, random, RULES)
    expect(dial).toEqual([])
    expect(rotate, 'nobody to change to').toBeUndefined()
    // One is lost: the ninth is dialled although fifty strangers are connected.
    const fewer = links.filter(one => one.id !== 'honest 3')
    expect(decideConnections([candidate('new', 'ip4/10.9.0')], fewer, 0, random, RULES).dial).toEqual(['new'])
  })

  test('are from different groups, however many addresses one group has', () => {
    for (const seed of many(50, n => n + 1)) {
      const hostile = many(400, n => candidate(`hostile ${n}`, `ip4/66.${n % 5}.0`))
      const honest = many(40, n => candidate(`honest ${n}`, `ip4/10.${n}.0`))
      const { dial } = decideConnections([...hostile, ...honest], [], 0, draws(seed), RULES)
      expect(dial).toHaveLength(12)
      expect(new Set(dial).size).toBe(12)
      expect(dial.filter(id => id.startsWith('hostile')).length).toBeLessThanOrEqual(5)
    }
  })

  test('are drawn at random: every honest candidate is chosen now and then', () => {
    const honest = many(30, n => candidate(`honest ${n}`, `ip4/10.${n}.0`))
    const random = draws(5)
    const seen = new Set(many(60, () => decideConnections(honest, [], 0, random, RULES).dial).flat())
    expect(seen.size).toBe(30)
  })

  test('take a second of a group only when no other group is left, and never a third', () => {
    const building = many(6, n => candidate(`desk ${n}`, 'ip4/192.168.1'))
    expect(decideConnections(building, [], 0, draws(1), RULES).dial).toHaveLength(2)
    const mixed = [...building, candidate('far', 'ip4/10.1.0')]
    const { dial } = decideConnections(mixed, [], 0, draws(1), { ...RULES, outboundMin: 2, peersTarget: 2 })
    expect(dial).toContain('far')
  })

  test('on one machine are as many as there are, if the setting says so, and one pair if not', () => {
    const local = many(9, n => candidate(`local ${n}`, LOOPBACK_GROUP))
    expect(decideConnections(local, [], 0, draws(1), { ...RULES, isLocal: true }).dial).toHaveLength(9)
    expect(decideConnections(local, [], 0, draws(1), RULES).dial).toHaveLength(2)
  })

  test('begin with the anchors of the last run, then with what the operator named', () => {
    const others = many(30, n => candidate(`other ${n}`, `ip4/10.${n}.0`))
    const anchors = many(2, n => candidate(`anchor ${n}`, `ip4/20.${n}.0`, { isAnchor: true }))
    const named = candidate('named', 'ip4/30.0.0', { isBootstrap: true })
    const { dial } = decideConnections([...others, named, ...anchors], [], 0, draws(3), RULES)
    expect(new Set(dial.slice(0, 2))).toEqual(new Set(['anchor 0', 'anchor 1']))
    expect(dial[2]).toBe('named')
  })

  test('wait for the time of their next attempt', () => {
    const later = candidate('later', 'ip4/10.1.0', { nextDialMs: 100 })
    expect(decideConnections([later], [], 99, draws(1), RULES).dial).toEqual([])
    expect(decideConnections([later], [], 100, draws(1), RULES).dial).toEqual(['later'])
  })

  test('change one an hour, never an anchor, and only for a group that is not linked', () => {
    const links = [
      ...many(8, n => link(`mine ${n}`, `ip4/10.${n}.0`, { sinceMs: n })),
      ...many(4, n => inbound(`in ${n}`, 'x'))
    ]
    const anchors = anchorsOf(links).map(one => one.id)
    expect(anchors).toEqual(['mine 0', 'mine 1'])
    const fresh = candidate('fresh', 'ip4/20.0.0')
    const early = decideConnections([fresh], links, NETWORK_LIMITS.rotateMs - 1, draws(1), RULES)
    expect(early).toEqual({ dial: [], rotate: undefined })
    for (const seed of many(40, n => n + 1)) {
      const due = decideConnections([fresh], links, NETWORK_LIMITS.rotateMs, draws(seed), RULES)
      expect(due.dial).toEqual(['fresh'])
      expect(anchors).not.toContain(due.rotate)
    }
  })

  test('do not count a link that a request opened: its address was a stranger’s choice', () => {
    const opened = many(12, n => link(`opened ${n}`, `ip4/66.${n}.0`, { isChosen: false }))
    const honest = many(9, n => candidate(`honest ${n}`, `ip4/10.${n}.0`))
    expect(decideConnections(honest, opened, 0, draws(1), RULES).dial).toHaveLength(8)
  })
})
