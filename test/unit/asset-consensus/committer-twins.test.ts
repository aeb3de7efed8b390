// The catalogue of drawn DAGs with members that write two or more blocks in one round [DAG-1, DAG-3].
import { describe, expect, it } from 'vitest'
import { decisionsOf, directStatus, waves } from '#test/support/decisions.ts'
import { drawDag } from '#test/support/drawn-dag.ts'

describe('twins among the voters [DAG-1]', () => {
  it('one vote and three other blocks of a liar count as one vote and one blame', () => {
    const drawn = drawDag(`Rounds 1-12 : *
      Round 13 : { A, B, C, D -> [*], C', C'', C''' -> [-A12] }
      Round 14 : { A -> [*], B -> [*, C13'], C -> [*, C13''], D -> [*, C13'''] }`)
    expect(decisionsOf(drawn, { after: { round: 11, offset: 0 } })).toEqual(['commit A12'])
  })

  it('a liar that blames twice among five is one blamer', () => {
    const text = `Rounds 1-3 : *
      Round 4 : { A, B, C, C' -> [-D3], D -> [*] }`
    expect(directStatus(drawDag(text, 5), 3)).toBe('undecided')
    expect(directStatus(drawDag(text.replace('D -> [*]', 'D -> [*], E -> [-D3]'), 5), 3)).toBe('skip')
  })

  it('a liar that blames twice among four is one blamer', () => {
    const drawn = drawDag("Round 1 : *\nRound 2 : { A, A', C -> [-B1], B, D -> [*] }")
    expect(directStatus(drawn, 1)).toBe('undecided')
  })

  it('an author with a vote and a blame counts once on each side', () => {
    const commit = drawDag(`Rounds 1-3 : *
      Round 4 : { A, B, C -> [*], C', D -> [-D3] }
      Round 5 : { A, B, C -> [A4, B4, C4] }`)
    expect(directStatus(commit, 3)).toBe('commit D3')
    const skip = drawDag("Rounds 1-3 : *\nRound 4 : { A, C -> [*], B, C', D -> [-D3] }")
    expect(directStatus(skip, 3)).toBe('skip')
  })

  it('a late twin that votes turns an undecided slot into a commit', () => {
    const drawn = drawDag('Rounds 1-3 : *\nRound 4 : { A, B -> [], C, D -> [*] }')
    expect(directStatus(drawn, 3)).toBe('undecided')
    const later = drawn.extend("Round 4 : { B' -> [*] }\nRound 5 : { A, C, D -> [B4', C4, D4] }")
    expect(directStatus(later, 3)).toBe('commit D3')
  })

  it('certificates of one author count once', () => {
    const drawn = drawDag(`Rounds 1-4 : *
      Round 5 : { A, B, B' -> [*] }`)
    expect(directStatus(drawn, 3)).toBe('undecided')
  })
})

describe('twins of a leader [DAG-1]', () => {
  it('the twin with a quorum of votes and certificates commits alone', () => {
    const drawn = drawDag(`Rounds 1-2 : *
      Round 3 : { A, B, C, D, D' -> [*] }
      Round 4 : { A, B, C -> [*, D3'], D -> [*] }
      Round 5 : *`)
    expect(directStatus(drawn, 3)).toBe("commit D3'")
  })

  it('the slot is skipped if every twin is blamed by a quorum', () => {
    const drawn = drawDag(`Rounds 1-2 : *
      Round 3 : { A, B, C, D, D' -> [*] }
      Round 4 : { A -> [*], B -> [*, D3'], C, D -> [-D3] }`)
    expect(directStatus(drawn, 3)).toBe('skip')
  })

  it('the slot is not skipped if one twin may still commit', () => {
    const drawn = drawDag(`Rounds 1-2 : *
      Round 3 : { A, B, C, D, D' -> [*] }
      Round 4 : { A, B -> [*], C, D -> [-D3] }`)
    expect(directStatus(drawn, 3)).toBe('undecided')
  })

  const fourFold = `Rounds 1-12 : *
    Round 13 : { A, B, C, D -> [*], B', B'', B''' -> [-A12] }`

  it('four twins that share the votes are skipped at once', () => {
    const drawn = drawDag(`${fourFold}
      Round 14 : { A -> [*], B -> [*, B13'], C -> [*, B13''], D -> [*, B13'''] }
      Round 15 : *`)
    expect(decisionsOf(drawn, { after: { round: 11, offset: 0 } })).toEqual(['commit A12', 'skip B13'])
  })

  it('two twins that halve the votes stay undecided until an anchor skips them', () => {
    const drawn = drawDag(`${fourFold}
      Round 14 : { A, B -> [*], C, D -> [*, B13'] }
      Round 15 : *`)
    const after = { round: 11, offset: 0 }
    expect(decisionsOf(drawn, { after })).toEqual(['commit A12'])
    expect(decisionsOf(drawn.extend('Rounds 16-18 : *'), { after })).toEqual([
      'commit A12',
      'skip B13',
      'commit C14',
      'commit D15',
      'commit A16'
    ])
  })

  it('a certificate beats the twin that more than a third voted for', () => {
    const drawn = drawDag(`Rounds 1-2 : *
      Round 3 : { A, B, C, D, D' -> [*] }
      Round 4 : { A, B, C -> [*], C', D -> [*, D3'] }
      Round 5 : { A, B -> [A4, B4, C4], C, D -> [A4, C4', D4] }
      Rounds 6-8 : *`)
    expect(directStatus(drawn, 3)).toBe('undecided')
    expect(decisionsOf(drawn, { leaders: waves(4) })).toEqual(['commit D3', 'commit C6'])
  })

  it('two certified twins, which takes more than f liars, are a fault and no decision', () => {
    const drawn = drawDag(`Rounds 1-2 : *
      Round 3 : { A, B, C, D, D' -> [*] }
      Round 4 : { A, C, D -> [*], B, C', D' -> [*, D3'] }
      Round 5 : { A, C, D -> [A4, C4, D4], B, C', D' -> [B4, C4', D4'] }`)
    expect(decisionsOf(drawn)).toEqual(["fault D3 D3'"])
  })
})
