// The machine as a whole: what it tells, asks and reports, what it ignores, and that equal events give equal effects.
import { describe, expect, it } from 'vitest'
import type { ConsensusEvent } from '#asset-layer/consensus/events.ts'
import { CONSENSUS_LIMITS } from '#asset-layer/consensus/limits.ts'
import { createConsensus, step } from '#asset-layer/consensus/machine.ts'
import { deriveDagContext, deriveLeader, EMPTY_BODY } from '#contracts/statements/dag-header.ts'
import { buildHeader, drawDag, letterOf, TEST_DAG } from '#test/support/drawn-dag.ts'
import { Member, signProposal, TEST_SETTINGS } from '#test/support/member.ts'
import { createRandom } from '#test/support/random.ts'

const drawn = drawDag('Rounds 1-6 : *')
const follower = (): Member => new Member({ seat: 0, canPropose: false }).start()

describe('commits [DAG-1]', () => {
  it('come in order, are stored after their blocks, and do not depend on the order of arrival', () => {
    const sequences = new Set<string>()
    for (let seed = 0; seed < 10; seed++) {
      const member = follower()
      for (const block of createRandom(`arrival/${seed}`).shuffle(drawn.blocks)) member.receive(block, 2)
      const commits = member.take('commit').map(effect => effect.commit)
      expect(commits.map(commit => commit.index)).toEqual([1, 2, 3, 4])
      sequences.add(JSON.stringify(commits))
    }
    expect(sequences.size).toBe(1)
  })

  it('follow the leaders made from the dag id', () => {
    const member = follower()
    for (const block of drawn.blocks) member.receive(block)
    const leaders = member.take('commit').map(effect => drawn.nameOf(effect.commit.leader.digest))
    expect(leaders).toEqual([1, 2, 3, 4].map(round => `${letterOf(deriveLeader(TEST_DAG, round, 4))}${round}`))
  })

  it('stop for good when quorums contradict each other', () => {
    const lead = letterOf(deriveLeader(TEST_DAG, 3, 4))
    const [x, y, z] = ['A', 'B', 'C', 'D'].filter(who => who !== lead)
    // Slot 1 stays open, so that slot 3 is looked at again when the certificates come.
    const text = `Round 1 : *
      Round 2 : { A, B -> [*], C, D -> [-${letterOf(deriveLeader(TEST_DAG, 1, 4))}1] }
      Round 3 : { A, B, C, D, ${lead}' -> [*] }
      Round 4 : { ${x}, ${y}, ${z} -> [*], ${x}', ${y}', ${lead} -> [*, ${lead}3'] }
      Round 5 : { ${x}, ${y}, ${z} -> [${x}4, ${y}4, ${z}4], ${x}', ${y}', ${lead} -> [${x}4', ${y}4', ${lead}4] }`
    const faulty = drawDag(text)
    const member = new Member({ seat: 0, canPropose: false }).start()
    for (const block of faulty.blocks) member.receive(block)
    expect(member.take('halt').map(effect => effect.code)).toEqual(['E_SAFETY_FAULT'])
    const index = member.state.lastCommit.index
    for (const block of faulty.extend('Rounds 6-9 : *').blocks) member.receive(block)
    expect(member.take('commit')).toEqual([])
    expect(member.state.lastCommit.index).toBe(index)
  })
})

describe('evidence [DAG-7]', () => {
  const twins = drawDag("Round 1 : { A, B, B', B'', C, D -> [*] }")

  it('names both signed headers, once per place', () => {
    const member = follower()
    for (const name of ['B1', "B1'", "B1''", 'B1']) member.receive(twins.block(name))
    const evidence = member.take('evidence')
    expect(evidence).toHaveLength(1)
    expect(evidence[0]?.seat).toBe(1)
    expect(twins.nameOf(evidence[0]?.first.digest ?? twins.block('A1').digest)).toBe('B1')
    expect(twins.nameOf(evidence[0]?.second.digest ?? twins.block('A1').digest)).toBe("B1'")
  })

  it('takes a header alone, and none for the same header twice', () => {
    const member = follower()
    member.receive(twins.block('B1')).hear(twins.block('B1'), 2)
    expect(member.take('evidence')).toEqual([])
    expect(member.hear(twins.block("B1'"), 2).take('evidence')).toHaveLength(1)
  })
})

describe('telling others [DAG-2]', () => {
  it('pushes on a new own block and on a round won what a member is not known to hold', () => {
    const member = new Member({ seat: 0 }).start()
    const own = member.propose(1)
    if (own === undefined) throw new Error('round 1 is written at once')
    member.receive(drawn.block('B1')).receive(drawn.block('C1')).wait(30)
    const pushes = member
      .take('push')
      .map(({ to, headers }) => [to, headers.map(h => drawn.nameOf(h.digest)).join(' ')])
    // The round was won with C1. B and C wrote their own; our own block went to everyone whole.
    expect(pushes).toEqual([
      [1, 'C1'],
      [2, 'B1'],
      [3, 'B1 C1']
    ])
  })

  it('tells nothing to one who showed that it holds the block, and nothing twice', () => {
    const member = new Member({ seat: 0 }).start()
    member.propose(1)
    member.receive(drawn.block('B1'), 3).hear(drawn.block('B1'), 2).receive(drawn.block('C1')).wait(30)
    const pushes = member
      .take('push')
      .map(({ to, headers }) => [to, headers.map(h => drawn.nameOf(h.digest)).join(' ')])
    expect(pushes).toEqual([
      [1, 'C1'],
      [3, 'C1']
    ])
    member.wait(50)
    expect(member.take('push')).toEqual([])
  })

  it('leaves a round won to its next own block, which names the blocks, if that follows within the grace', () => {
    const member = new Member({ seat: 0, minRoundDelayMs: 0 }).start()
    member.propose(1)
    for (const name of ['B1', 'C1', 'D1']) member.receive(drawn.block(name))
    expect(member.propose(2)?.header.ancestors).toHaveLength(4)
    expect(member.wait(30).take('push')).toEqual([])
  })

  it('tells again when no round is won for two timeouts', () => {
    const member = new Member({ seat: 0 }).start()
    const own = member.propose(1)
    member.take('push')
    member.wait(300).take('push')
    const told = member.wait(250).take('push')
    expect(told.map(push => push.to)).toEqual([1, 2, 3])
    expect(told[0]?.headers.map(header => header.digest)).toEqual([own?.digest])
  })
})

describe('asking others [DAG-2]', () => {
  it('asks for a block it only heard of, after a grace, from who told it', () => {
    const member = follower()
    member.take('fetch')
    expect(member.hear(drawn.block('B1'), 3).take('fetch')).toEqual([])
    expect(member.take('fetch')).toEqual([])
    const [request] = member.wait(30).take('fetch')
    expect(request).toMatchObject({ to: 3, refs: [{ round: 1, author: 1 }] })
    member.receive(drawn.block('B1'))
    expect(member.wait(1000).take('fetch')).toEqual([])
  })

  it('sets a timer for what it waits for', () => {
    const member = follower()
    member.take('set-timer')
    const timers = member.hear(drawn.block('B1'), 3).take('set-timer')
    expect(timers.every(timer => timer.atMs <= 30)).toBe(true)
  })

  it('ignores blocks too far ahead, and asks for rounds once more than f seats are there', () => {
    const context = deriveDagContext(TEST_DAG, 4)
    const far = (author: number) => buildHeader(context, { author, round: CONSENSUS_LIMITS.futureRounds + 2 })
    const member = follower()
    member.wait(30).take('fetch-rounds')
    member.receive(far(1))
    expect(member.state).toMatchObject({ suspended: 0, wanted: 0 })
    expect(member.wait(250).take('fetch-rounds')).toEqual([])
    member.receive(far(2))
    expect(member.wait(250).take('fetch-rounds')).toMatchObject([{ fromRound: 1 }])
  })

  it('asks for rounds when no round is won for two timeouts', () => {
    const member = follower()
    member.wait(30).take('fetch-rounds')
    expect(member.wait(250).take('fetch-rounds')).toEqual([])
    expect(member.wait(250).take('fetch-rounds')).toHaveLength(1)
  })

  it('as an observer asks all the time, tells nobody and writes nothing', () => {
    const observer = new Member({ seat: null }).start()
    const asked: number[] = []
    for (let i = 0; i < 10; i++)
      asked.push(
        ...observer
          .wait(250)
          .take('fetch-rounds')
          .map(effect => effect.to)
      )
    expect(new Set(asked)).toEqual(new Set([0, 1, 2, 3]))
    for (const block of drawn.blocks) observer.receive(block, null)
    expect(observer.state.lastCommit.index).toBe(4)
    expect(observer.take('push')).toEqual([])
    expect(observer.wait(1000).askedRounds()).toEqual([])
  })
})

describe('the machine', () => {
  it('gives equal effects for equal events', () => {
    const random = createRandom('events')
    const events: ConsensusEvent[] = [{ kind: 'start', nowMs: 0 }]
    let nowMs = 0
    for (const block of random.shuffle(drawn.blocks)) {
      nowMs += random.below(40)
      events.push({ kind: 'block', block: { ...block, body: EMPTY_BODY }, from: random.below(4), nowMs })
      if (random.chance(30)) events.push({ kind: 'timer', nowMs })
      if (random.chance(30)) events.push({ kind: 'header', header: random.pick(drawn.blocks), from: 1, nowMs })
    }
    const run = (): string => {
      const state = createConsensus({ ...TEST_SETTINGS, seat: null })
      return JSON.stringify(events.map(event => step(state, event).effects))
    }
    expect(run()).toBe(run())
  })

  it('drives four members in step to a commit each round', () => {
    const members = [0, 1, 2, 3].map(seat => new Member({ seat }))
    for (const member of members) member.start()
    for (let time = 0; time < 40; time++) {
      for (const member of members) {
        const [round] = member.askedRounds()
        const [proposal] = round === undefined ? [] : member.payload(round).take('propose')
        if (proposal === undefined) continue
        const block = signProposal(proposal)
        for (const other of members) {
          other.feed({ kind: 'block', block, from: block.header.author, nowMs: other.nowMs })
        }
      }
      for (const member of members) member.wait(10)
    }
    for (const member of members) {
      expect(member.state.round).toBeGreaterThanOrEqual(8)
      expect(member.state.lastCommit.index).toBeGreaterThanOrEqual(member.state.round - 4)
    }
  })
})
