// When a member writes and on what: rounds won, leaders waited for, rounds left behind, one block at a time [DAG-2, DAG-6].
import { describe, expect, it } from 'vitest'
import { threeRoundRules } from '#asset-layer/consensus/committer.ts'
import { checkDagHeader, deriveLeader } from '#contracts/statements/dag-header.ts'
import { type DrawnDag, drawDag, letterOf, TEST_DAG } from '#test/support/drawn-dag.ts'
import { Member, signProposal } from '#test/support/member.ts'

const leader = (round: number): string => letterOf(deriveLeader(TEST_DAG, round, 4))
/** We are a seat that does not lead round 1, so that its leader can be late. */
const seat = (deriveLeader(TEST_DAG, 1, 4) + 1) % 4
const me = letterOf(seat)
const others = ['A', 'B', 'C', 'D'].filter(who => who !== me)

function receiveRound(member: Member, drawn: DrawnDag, round: number, who = others): void {
  for (const author of who) member.receive(drawn.block(`${author}${round}`))
}

describe('the proposer [DAG-2]', () => {
  it('writes round 1 at once, a valid block on all of round 0', () => {
    const member = new Member({ seat }).start()
    expect(member.askedRounds()).toEqual([1])
    const proposal = member.propose(1, 7)
    expect(proposal?.header).toMatchObject({ round: 1, author: seat, baseHeight: 7 })
    expect(proposal?.header.ancestors).toHaveLength(4)
    expect(proposal === undefined ? undefined : checkDagHeader(drawDag('').context, proposal.header).ok).toBe(true)
    expect(member.askedRounds()).toEqual([])
  })

  it('goes on with a quorum of the round and its leader, not before the least delay', () => {
    const drawn = drawDag('Round 1 : *')
    const member = new Member({ seat }).start()
    member.propose(1)
    receiveRound(member, drawn, 1)
    expect(member.askedRounds()).toEqual([])
    expect(member.wait(49).askedRounds()).toEqual([])
    expect(member.wait(1).askedRounds()).toEqual([2])
  })

  it('waits for a quorum however long it takes', () => {
    const drawn = drawDag('Round 1 : *')
    const member = new Member({ seat }).start()
    member.propose(1)
    receiveRound(member, drawn, 1, others.slice(0, 1))
    member.take('commit')
    expect(member.wait(10_000).askedRounds()).toEqual([])
  })

  it('waits for the leader of the round before, and goes on without it after the timeout', () => {
    const drawn = drawDag('Round 1 : *')
    const late = new Member({ seat }).start()
    late.propose(1)
    receiveRound(
      late,
      drawn,
      1,
      others.filter(who => who !== leader(1))
    )
    expect(late.wait(249).askedRounds()).toEqual([])
    expect(late.wait(1).askedRounds()).toEqual([2])
    const early = new Member({ seat }).start()
    early.propose(1)
    receiveRound(
      early,
      drawn,
      1,
      others.filter(who => who !== leader(1))
    )
    early.wait(100).take('store')
    expect(early.receive(drawn.block(`${leader(1)}1`)).askedRounds()).toEqual([2])
  })

  it('waits for votes or blames of a quorum on the leader two rounds below', () => {
    // Our vote, one more and one blame leave the slot of round 1 open until the last voter comes.
    const last = others.find(who => who !== leader(2)) ?? ''
    const [voter = '', blamer = ''] = others.filter(who => who !== last)
    const drawn = drawDag(`Round 1 : *
      Round 2 : { ${me}, ${voter}, ${last} -> [*], ${blamer} -> [-${leader(1)}1] }`)
    const member = new Member({ seat }).start()
    member.propose(1)
    receiveRound(member, drawn, 1)
    member.wait(50)
    expect(member.propose(2)?.digest).toBe(drawn.block(`${me}2`).digest)
    receiveRound(member, drawn, 2, [voter, blamer])
    expect(member.wait(200).askedRounds()).toEqual([])
    expect(member.receive(drawn.block(`${last}2`)).askedRounds()).toEqual([3])
  })

  it('asks for no second payload while a block is under way, and writes no round twice', () => {
    const drawn = drawDag('Rounds 1-2 : *')
    const member = new Member({ seat }).start()
    expect(member.askedRounds()).toEqual([1])
    const [proposal] = member.payload(1).take('propose')
    expect(proposal?.header.round).toBe(1)
    expect(member.payload(1).take('propose')).toEqual([])
    receiveRound(member, drawn, 1)
    expect(member.wait(1000).askedRounds()).toEqual([])
    expect(member.payload(2).take('propose')).toEqual([])
  })

  it('never goes back on its base height', () => {
    const drawn = drawDag('Round 1 : *')
    const member = new Member({ seat, beginHeight: 5 }).start()
    expect(member.propose(1, 3)?.header.baseHeight).toBe(5)
    receiveRound(member, drawn, 1)
    member.wait(300)
    expect(member.propose(2, 9)?.header.baseHeight).toBe(9)
  })
})

describe('rounds left behind [DAG-2]', () => {
  const three = others.join(', ')

  it('are written at once, one by one, while the slot two below is open', () => {
    const [voter, ...blamers] = others
    const drawn = drawDag(`Round 1 : { ${three} -> [*] }
      Round 2 : { ${voter} -> [*], ${blamers.join(', ')} -> [-${leader(1)}1] }
      Rounds 3-4 : { ${three} -> [*] }`)
    const member = new Member({ seat }).start()
    expect(member.askedRounds()).toEqual([1])
    for (let round = 1; round <= 4; round++) receiveRound(member, drawn, round)
    member.take('commit')
    expect(member.state).toMatchObject({ decidedRound: 0, round: 5 })
    // Rounds 1 and 2 have no slot two below; 3 and 4 follow without any wait, each on a quorum of the round before.
    const [first] = member.payload(1).take('propose')
    if (first === undefined) throw new Error('round 1 was asked for')
    member.feed({ kind: 'block', block: signProposal(first), from: seat, nowMs: member.nowMs })
    expect(member.askedRounds()).toEqual([3])
    const [third] = member.payload(3).take('propose')
    if (third === undefined) throw new Error('round 3 was asked for')
    expect(third.header.ancestors.filter(ref => ref.round === 2)).toHaveLength(3)
    member.feed({ kind: 'block', block: signProposal(third), from: seat, nowMs: member.nowMs })
    expect(member.askedRounds()).toEqual([4])
  })

  it('do not hold a member up whose block came back after commits collected its round', () => {
    const drawn = drawDag(`Rounds 1-9 : { ${three} -> [*] }`)
    const member = new Member({ seat }, { ...threeRoundRules, gcDepth: 2 }).start()
    const [slow] = member.payload(1).take('propose')
    if (slow === undefined) throw new Error('round 1 was asked for')
    for (let round = 1; round <= 9; round++) receiveRound(member, drawn, round)
    expect(member.state.lastCommit.leaderRound).toBeGreaterThan(3)
    member.feed({ kind: 'block', block: signProposal(slow), from: seat, nowMs: member.nowMs })
    const [next] = member.wait(300).askedRounds()
    const proposal = next === undefined ? undefined : member.propose(next)
    expect(proposal?.header.ancestors[0]).toMatchObject({ round: 1, digest: slow.digest })
  })

  it('are left out once the slot two below is decided', () => {
    const drawn = drawDag(`Round 1 : { ${three} -> [*] }\nRounds 2-9 : { ${three} -> [*] }`)
    const member = new Member({ seat }).start()
    for (let round = 1; round <= 9; round++) receiveRound(member, drawn, round)
    member.take('store')
    member.propose(1)
    expect(member.state.decidedRound).toBeGreaterThanOrEqual(6)
    expect(member.wait(300).askedRounds()).toEqual([9])
    expect(member.state.lastProposedRound).toBe(1)
    expect(member.propose(2)).toBeUndefined()
    expect(member.propose(9)?.header.round).toBe(9)
  })

  it('are not left out while nobody has won the next: a leader a little slower than the others is waited for', () => {
    const drawn = drawDag(`Rounds 1-3 : { ${three} -> [*] }`)
    const member = new Member({ seat }).start()
    member.propose(1)
    for (let round = 1; round <= 3; round++) receiveRound(member, drawn, round)
    expect(member.state.decidedRound).toBeGreaterThanOrEqual(1)
    member.take('commit')
    expect(member.wait(49).askedRounds()).toEqual([])
    expect(member.wait(1).askedRounds()).toEqual([3])
    expect(member.propose(3)?.header.ancestors.filter(ref => ref.round === 2)).toHaveLength(3)
    expect(member.wait(49).askedRounds()).toEqual([])
    expect(member.wait(1).askedRounds()).toEqual([4])
  })
})

describe('coming back [DAG-6, FIN-7]', () => {
  const drawn = drawDag('Rounds 1-3 : *')

  it('writes above the newest stored own block, which is its first ancestor', () => {
    const member = new Member({ seat })
    for (const block of drawn.blocks) member.restore(block)
    expect(member.take('propose')).toEqual([])
    member.start()
    expect(member.state.lastProposedRound).toBe(3)
    expect(member.askedRounds()).toEqual(member.state.round === 4 ? [4] : [])
    member.wait(300)
    const proposal = member.propose(4)
    expect(proposal?.header.ancestors[0]?.digest).toBe(drawn.block(`${me}3`).digest)
  })

  it('tells its stored blocks again and stores nothing twice', () => {
    const member = new Member({ seat })
    for (const block of drawn.blocks) member.restore(block)
    member.start()
    expect(member.take('store')).toEqual([])
    const again = new Member({ seat })
    for (const block of drawn.blocks) again.restore(block)
    const told = again
      .start()
      .take('push')
      .flatMap(push => push.headers.map(header => drawn.nameOf(header.digest)))
    expect(told).toContain(`${me}3`)
  })

  it('writes nothing while its own newest block waits for lost ancestors', () => {
    // The others won round 4 without the lost block, so only our own block, which names it, keeps us.
    const lost = `${others[0]}3`
    const more = drawn.extend(`Round 4 : { ${me} -> [*], ${others.join(', ')} -> [-${lost}] }`)
    const member = new Member({ seat })
    for (const block of more.blocks) if (more.nameOf(block.digest) !== lost) member.restore(block)
    member.start()
    expect(member.state).toMatchObject({ round: 5, lastProposedRound: 4, suspended: 1 })
    expect(member.wait(1000).askedRounds()).toEqual([])
    expect(member.receive(more.block(lost)).askedRounds()).toEqual([5])
  })

  it('writes nothing after a wipe, but follows and commits', () => {
    const member = new Member({ seat, canPropose: false }).start()
    for (const block of drawn.blocks) member.receive(block, others.indexOf(me))
    expect(member.state.lastCommit.index).toBe(1)
    expect(member.wait(1000).askedRounds()).toEqual([])
    expect(member.take('halt')).toEqual([])
  })

  it('stops for good when a block of its seat comes that it does not hold', () => {
    const member = new Member({ seat }).start()
    member.payload(1, 5)
    member.receive(drawn.block(`${me}1`), 3)
    expect(member.take('halt').map(effect => effect.code)).toEqual(['E_FOREIGN_OWN_BLOCK'])
    for (const block of drawn.blocks) member.receive(block, 3)
    expect(member.wait(1000).askedRounds()).toEqual([])
    expect(member.payload(1).take('propose')).toEqual([])
    expect(member.state.lastCommit.index).toBe(1)
  })

  it('commits the same from the last stored commit as from the beginning', () => {
    const long = drawDag('Rounds 1-12 : *')
    const whole = new Member({ seat: null }).start()
    for (const block of long.blocks) whole.receive(block, 0)
    const commits = whole.take('commit').map(effect => effect.commit)
    expect(commits).toHaveLength(10)
    for (const kept of [1, 4, 9]) {
      const last = commits[kept - 1]
      if (last === undefined) throw new Error('there are ten commits')
      const committed = new Set(commits.slice(0, kept).flatMap(commit => commit.blocks.map(ref => ref.digest)))
      const resume = { index: last.index, leaderRound: last.leader.round }
      const member = new Member({ seat: null, resume })
      for (const block of long.blocks) member.restore(block, committed.has(block.digest))
      expect(
        member
          .start()
          .take('commit')
          .map(effect => effect.commit)
      ).toEqual(commits.slice(kept))
    }
  })
})
