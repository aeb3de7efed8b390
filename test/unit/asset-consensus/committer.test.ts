// The catalogue of drawn DAGs for the three-round rule [DAG-1]: direct and indirect decisions among honest members.
import { describe, expect, it } from 'vitest'
import { decisionsOf, directStatus, pipelined, START, waves } from '#test/support/decisions.ts'
import { drawDag, letterOf } from '#test/support/drawn-dag.ts'

const commits = (from: number, to: number, seats = 4, step = 1): string[] => {
  const out: string[] = []
  for (let round = from; round <= to; round += step) out.push(`commit ${letterOf(round % seats)}${round}`)
  return out
}

describe.each([4, 7, 20])('the three-round rule with every block of %i seats there [DAG-1]', seats => {
  it('commits a leader once two rounds stand above it', () => {
    expect(decisionsOf(drawDag('Rounds 1-3 : *', seats))).toEqual(commits(1, 1, seats))
    expect(decisionsOf(drawDag('Rounds 1-5 : *', seats), { leaders: waves(seats) })).toEqual(commits(3, 3, seats))
  })

  it('decides nothing before the first decision round, round 0 least of all', () => {
    for (const text of ['', 'Round 1 : *', 'Rounds 1-2 : *']) expect(decisionsOf(drawDag(text, seats))).toEqual([])
    expect(decisionsOf(drawDag('Rounds 1-4 : *', seats), { leaders: waves(seats) })).toEqual([])
  })

  it('is idempotent: from the last decided slot there is nothing, then only what is new', () => {
    const drawn = drawDag('Rounds 1-5 : *', seats)
    const after = { round: 3, offset: 0 }
    expect(decisionsOf(drawn, { leaders: waves(seats), after })).toEqual([])
    const grown = drawn.extend('Rounds 6-8 : *')
    expect(decisionsOf(grown, { leaders: waves(seats), after })).toEqual(commits(6, 6, seats))
  })

  it('commits exactly one more leader with each further round', () => {
    let drawn = drawDag('Rounds 1-2 : *', seats)
    for (let round = 1; round <= 10; round++) {
      drawn = drawn.extend(`Round ${round + 2} : *`)
      expect(decisionsOf(drawn, { after: { round: round - 1, offset: 0 } })).toEqual(commits(round, round, seats))
    }
  })

  it('commits ten leaders in order when called late', () => {
    expect(decisionsOf(drawDag('Rounds 1-12 : *', seats))).toEqual(commits(1, 10, seats))
    expect(decisionsOf(drawDag('Rounds 1-32 : *', seats), { leaders: waves(seats) })).toEqual(commits(3, 30, seats, 3))
  })

  it.each([2, 3])('orders the slots of a round by offset with %i leaders', count => {
    const drawn = drawDag('Rounds 1-6 : *', seats)
    const leaders = pipelined(seats, count)
    const all = decisionsOf(drawn, { leaders })
    expect(all).toHaveLength(4 * count)
    expect(all.slice(0, count)).toEqual(leaders(1).map(seat => `commit ${letterOf(seat)}1`))
    const rest = decisionsOf(drawn, { leaders, after: { round: 4, offset: 0 } })
    expect(rest).toEqual(
      leaders(4)
        .slice(1)
        .map(seat => `commit ${letterOf(seat)}4`)
    )
  })

  it('skips a leader that wrote nothing, and no other slot', () => {
    const absent = letterOf(3 % seats)
    const others = Array.from({ length: seats }, (_, seat) => letterOf(seat))
      .filter(who => who !== absent)
      .join(', ')
    const drawn = drawDag(`Rounds 1-2 : *\nRound 3 : { ${others} -> [*] }\nRounds 4-6 : *`, seats)
    expect(decisionsOf(drawn)).toEqual([...commits(1, 2, seats), `skip ${absent}3`, ...commits(4, 4, seats)])
    const two = decisionsOf(drawn, { leaders: waves(seats, 2) })
    expect(two).toEqual([`skip ${absent}3`, `commit ${letterOf(4 % seats)}3`])
  })

  it('skips a leader that nobody names in the next round', () => {
    const drawn = drawDag(`Rounds 1-3 : *\nRound 4 : { * -> [-${letterOf(3 % seats)}3] }`, seats)
    expect(directStatus(drawn, 3)).toBe('skip')
  })
})

describe('direct decisions among four seats [DAG-1]', () => {
  it('skips with three blames and one vote', () => {
    const drawn = drawDag(`Rounds 1-3 : *
      Round 4 : { A -> [D3], B, C, D -> [] }
      Round 5 : *`)
    expect(directStatus(drawn, 3)).toBe('skip')
  })

  it('decides nothing with two votes and two blames', () => {
    expect(directStatus(drawDag('Rounds 1-3 : *\nRound 4 : { A, B -> [D3], C, D -> [] }\nRound 5 : *'), 3)).toBe(
      'undecided'
    )
  })

  it('decides nothing with one vote and one blame less than a quorum', () => {
    const drawn = drawDag('Rounds 1-3 : *\nRound 4 : { A -> [*], B, C -> [-D3] }\nRound 5 : *')
    expect(decisionsOf(drawn, { leaders: waves(4) })).toEqual([])
  })

  it('skips an empty slot with a quorum above it, and not with one block less', () => {
    const drawn = drawDag('Rounds 1-2 : *\nRound 3 : { A, B, C -> [*] }')
    expect(directStatus(drawn.extend('Round 4 : { A, B -> [*] }'), 3)).toBe('undecided')
    expect(directStatus(drawn.extend('Round 4 : { A, B, C -> [*] }'), 3)).toBe('skip')
  })

  it('does not commit with a quorum of votes and too few certificates', () => {
    const drawn = drawDag('Rounds 1-4 : *')
    expect(directStatus(drawn.extend('Round 5 : { A, B -> [*] }'), 3)).toBe('undecided')
    expect(directStatus(drawn.extend('Round 5 : { A, B, C -> [*] }'), 3)).toBe('commit D3')
  })

  it('does not yield a trailing skip again', () => {
    const drawn = drawDag('Rounds 1-2 : *\nRound 3 : { A, B, C -> [*] }\nRound 4 : *')
    expect(decisionsOf(drawn)).toEqual(['commit B1', 'commit C2', 'skip D3'])
    expect(decisionsOf(drawn, { after: { round: 3, offset: 0 } })).toEqual([])
  })
})

describe('indirect decisions [DAG-1]', () => {
  const fewCertificates = `Rounds 1-3 : *
    Round 4 : { A, B, C -> [*], D -> [-D3] }
    Round 5 : { A, B -> [*], C, D -> [-A4] }
    Rounds 6-8 : *`

  it('commits a leader through an anchor that has a certificate in its history', () => {
    const drawn = drawDag(fewCertificates)
    expect(directStatus(drawn, 3)).toBe('undecided')
    expect(decisionsOf(drawn, { leaders: waves(4) })).toEqual(['commit D3', 'commit C6'])
    expect(decisionsOf(drawn)).toEqual(['commit B1', 'commit C2', 'commit D3'])
  })

  it('waits while the anchor is undecided', () => {
    const drawn = drawDag(fewCertificates.replace('6-8', '6-7'))
    expect(decisionsOf(drawn, { leaders: waves(4) })).toEqual([])
  })

  it('commits with a single certificate that the anchor names', () => {
    const drawn = drawDag(`Rounds 1-3 : *
      Round 4 : { A, B, C -> [D3], D -> [-D3] }
      Round 5 : { A -> [A4, B4, C4], B, C, D -> [B4, C4, D4] }
      Round 6 : { A, B, D -> [*], C -> [A5] }
      Round 7 : { A, B, D -> [C6], C -> [] }
      Round 8 : { A, B, D -> [A7, B7, D7] }`)
    expect(directStatus(drawn, 3)).toBe('undecided')
    expect(directStatus(drawn, 6)).toBe('commit C6')
    expect(decisionsOf(drawn, { leaders: waves(4) })).toEqual(['commit D3', 'commit C6'])
  })

  it('skips a leader without certificate in the history of the anchor', () => {
    const wave = drawDag('Rounds 1-6 : *\nRound 7 : { A, B -> [*], C, D -> [-C6] }\nRounds 8-11 : *')
    expect(directStatus(wave, 6)).toBe('undecided')
    expect(decisionsOf(wave, { leaders: waves(4) })).toEqual(['commit D3', 'skip C6', 'commit B9'])
    const every = drawDag('Rounds 1-4 : *\nRound 5 : { A, B -> [*], C, D -> [-A4] }\nRounds 6-9 : *')
    expect(decisionsOf(every)).toEqual([...commits(1, 3), 'skip A4', ...commits(5, 7)])
  })

  it('takes no anchor nearer than three rounds', () => {
    // C2 and D3 would commit, and B1 lies between; the nearest anchor for B1 is A4.
    const drawn = drawDag('Round 1 : *\nRound 2 : { A, B -> [*], C, D -> [-B1] }\nRounds 3-5 : *')
    expect(decisionsOf(drawn)).toEqual([])
    expect(decisionsOf(drawn.extend('Round 6 : *'))).toEqual(['skip B1', 'commit C2', 'commit D3', 'commit A4'])
  })

  it('waits for the nearest anchor even if a later one committed', () => {
    const drawn = drawDag(`Round 1 : *
      Round 2 : { A, B -> [*], C, D -> [-B1] }
      Rounds 3-4 : *
      Round 5 : { A, B -> [*], C, D -> [-A4] }
      Rounds 6-7 : *`)
    expect(directStatus(drawn, 5)).toBe('commit B5')
    expect(decisionsOf(drawn)).toEqual([])
    expect(decisionsOf(drawn.extend('Rounds 8-9 : *')).slice(0, 4)).toEqual([
      'skip B1',
      'commit C2',
      'commit D3',
      'skip A4'
    ])
  })

  it('goes past skipped slots to the next anchor', () => {
    const drawn = drawDag(`Round 1 : *
      Round 2 : { A, B -> [*], C, D -> [-B1] }
      Rounds 3-4 : *
      Round 5 : { * -> [-A4] }
      Rounds 6-7 : *`)
    expect(decisionsOf(drawn)).toEqual(['skip B1', 'commit C2', 'commit D3', 'skip A4', 'commit B5'])
  })

  it('looks at the history of the anchor alone, whatever else the node holds', () => {
    const drawn = drawDag(`Round 1 : *
      Round 2 : { A, B, D -> [*], C -> [-B1] }
      Round 3 : { A, B, C -> [A2, B2, C2], D -> [A2, B2, D2] }
      Round 4 : { A, B, C -> [-D3] }
      Rounds 5-6 : { A, B, C -> [*] }`)
    const expected = ['skip B1', 'commit C2', 'skip D3', 'commit A4']
    expect(decisionsOf(drawn)).toEqual(expected)
    expect(decisionsOf(drawn, { dag: drawn.dag(name => name !== 'D3') })).toEqual(expected)
  })
})

describe('the cursor', () => {
  it('starts below round 1 and moves over skips as over commits', () => {
    const drawn = drawDag('Rounds 1-9 : *')
    for (let round = 0; round <= 6; round++) {
      expect(decisionsOf(drawn, { after: { ...START, round } })).toEqual(commits(round + 1, 7))
    }
  })
})
