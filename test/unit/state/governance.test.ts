// The corporate form: board, chief and parameters [GOV-1, GOV-2, GOV-3], and what the chief cannot do.
import { beforeEach, describe, expect, it } from 'vitest'
import { boardAt, chiefOf, deriveBoard, hasMajority, standingNominations } from '#base-layer/state/governance/board.ts'
import { checkPreference, PREFERENCES_MAX, Preferences } from '#base-layer/state/governance/preferences.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { ParameterChange } from '#contracts/ledger/actions/params-propose.ts'
import { CHANGEABLE, changeParameters } from '#contracts/ledger/parameter-changes.ts'
import { DEV_PARAMETERS, MAIN_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { type Transaction, transactionIdOf } from '#contracts/ledger/transaction.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { type Preference, signPreference } from '#contracts/statements/preference.ts'
import { type Actor, actor, ChainBuilder, output, type Peer, shares } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder({
  owners: ['alice', 'bob', 'carol', 'dave', 'olga', 'oscar'],
  parameters: { leverage: 1000 }
})
const [alice, bob, carol, dave] = chain.peers as readonly [Peer, Peer, Peer, Peer]
const olga = actor('olga')
chain.produceTo(3)
const start = chain.state

const nominate = (member: Actor, candidate: Actor | null): Transaction =>
  chain.spend({
    from: member,
    action: { kind: 'chief.nominate', member: member.key, candidate: candidate?.key ?? null }
  })
const propose = (chief: Actor, changes: readonly ParameterChange[]): Transaction =>
  chain.spend({ from: chief, action: { kind: 'params.propose', chief: chief.key, changes } })
const approve = (member: Actor, proposal: TransactionId, approves = true): Transaction =>
  chain.spend({ from: member, action: { kind: 'params.approve', member: member.key, proposal, approves } })
const chiefIn = (state: ChainState): PublicKey | null => {
  const found = state.get('governance', { kind: 'chief' })
  return found?.kind === 'chief' ? found.chief : null
}
const proposalIn = (state: ChainState) => {
  const found = state.get('governance', { kind: 'proposal' })
  return found?.kind === 'proposal' ? found : undefined
}
const dearer: readonly ParameterChange[] = [{ parameter: 'feeAtoms', value: 5000n }]

function elect(): void {
  chain.produce([nominate(alice, alice), nominate(bob, alice), nominate(carol, alice)])
}

/** Elects alice, proposes and approves; the id of the proposal. */
function adopt(changes = dearer): TransactionId {
  elect()
  const proposal = propose(alice, changes)
  chain.produce([proposal])
  const id = transactionIdOf(proposal)
  chain.produce([approve(alice, id), approve(bob, id), approve(carol, id)])
  return id
}

beforeEach(() => chain.rewind(start))

describe('the board [GOV-1]', () => {
  const key = (name: string): PublicKey => hashHex('member', asciiToBytes(name)) as string as PublicKey
  const entry = (name: string, weight: bigint) => ({ peer: key(name), vrfKey: key(name), weight })

  it('is the 21 heaviest of the table, with their weights', () => {
    const entries = Array.from({ length: 40 }, (_, i) => entry(`peer ${i}`, BigInt(((i * 7) % 40) + 1)))
    const board = deriveBoard(entries)
    expect([...board.weights.values()].sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 21 }, (_, i) => BigInt(20 + i))
    )
    expect(board.total).toBe(630n)
    expect(deriveBoard([...entries].reverse())).toEqual(board)
  })

  it('breaks ties by key, is all peers if there are fewer, and nobody if there are none', () => {
    const equal = Array.from({ length: 30 }, (_, i) => entry(`peer ${i}`, 5n))
    const keys = equal.map(one => one.peer).sort()
    expect([...deriveBoard(equal).weights.keys()]).toEqual(keys.slice(0, 21))
    expect(deriveBoard(equal.slice(0, 3)).weights.size).toBe(3)
    expect(deriveBoard([])).toEqual({ weights: new Map(), total: 0n })
    expect(hasMajority(deriveBoard([]), [])).toBe(false)
  })

  it('decides by more than half of its weight, whatever the number of members', () => {
    const board = deriveBoard([entry('a', 5n), entry('b', 3n), entry('c', 2n)])
    expect(hasMajority(board, [key('a')])).toBe(false)
    expect(hasMajority(board, [key('b'), key('c')])).toBe(false)
    expect(hasMajority(board, [key('a'), key('c')])).toBe(true)
    expect(hasMajority(board, [key('a'), key('a')])).toBe(false)
    expect(hasMajority(board, [key('a'), key('stranger')])).toBe(false)
  })

  it('makes a chief of whom a majority nominates; a nomination ends with the seat of either', () => {
    const board = deriveBoard([entry('a', 5n), entry('b', 3n), entry('c', 2n)])
    const says = (member: string, candidate: string) => ({ member: key(member), candidate: key(candidate) })
    expect(chiefOf(board, [says('a', 'b')])).toBeNull()
    expect(chiefOf(board, [says('a', 'b'), says('c', 'b'), says('b', 'a')])).toBe(key('b'))
    expect(chiefOf(board, [says('a', 'a'), says('b', 'b'), says('c', 'c')])).toBeNull()
    expect(standingNominations(board, [says('a', 'x'), says('x', 'a'), says('c', 'a')])).toEqual([says('c', 'a')])
  })

  it('is fixed for the period, and of the period of the block', () => {
    const at = (height: number) =>
      boardAt((section, of) => chain.state.get(section, of), height, chain.state.parameters).weights.get(dave.key)
    const hosted = Array.from({ length: 4 }, () => output(olga.key, shares(900), dave.key))
    chain.produce(hosted.map(one => chain.spend({ from: olga, to: [one] })))
    chain.produceTo(40)
    expect(at(41)).toBe(shares(5000))
    expect(at(42)).toBe(shares(8600))
  })
})

describe('the chief [GOV-2]', () => {
  it('is whoever a majority of the weight nominates, until it does not', () => {
    chain.produce([nominate(alice, bob), nominate(bob, bob)])
    expect(chiefIn(chain.state)).toBeNull()
    chain.produce([nominate(carol, bob)])
    expect(chiefIn(chain.state)).toBe(bob.key)
    chain.produce([nominate(alice, carol)])
    expect(chiefIn(chain.state)).toBeNull()
    chain.produce([nominate(bob, carol), nominate(dave, carol)])
    expect(chiefIn(chain.state)).toBe(carol.key)
    chain.produce([nominate(dave, null)])
    expect(chiefIn(chain.state)).toBeNull()
  })

  it('is nominated by members of the board from among them, each in its own name', () => {
    expect(chain.refusalOf(nominate(olga, alice))).toBe('E_BOARD_AUTHORITY')
    expect(chain.refusalOf(nominate(alice, olga))).toBe('E_CHIEF_CANDIDATE')
    expect(chain.refusalOf(nominate(alice, null))).toBe('E_CHIEF_KNOWN')
    const inAnothersName = { kind: 'chief.nominate', member: alice.key, candidate: olga.key } as const
    expect(chain.refusalOf(chain.spend({ from: olga, action: inAnothersName }))).toBe('E_TX_SIGNATURE')
    chain.produce([nominate(alice, bob)])
    expect(chain.refusalOf(nominate(alice, bob))).toBe('E_CHIEF_KNOWN')
  })

  it('loses office at a new period whose board has no majority for it', () => {
    elect()
    // Shareholders move to dave, who weighs more than half from period 1 on.
    const moved = ['olga', 'oscar'].flatMap(name =>
      Array.from({ length: 9 }, () => {
        const from = actor(name)
        return chain.spend({ from, to: [output(from.key, shares(999), dave.key)] })
      })
    )
    chain.produce(moved)
    chain.produceTo(40)
    expect(chiefIn(chain.state)).toBe(alice.key)
    chain.produceTo(41)
    // The state of L_0 is what block 42, the first of period 1, is judged by.
    expect(chiefIn(chain.state)).toBeNull()
    chain.produce([nominate(dave, dave)])
    expect(chiefIn(chain.state)).toBe(dave.key)
  })
})

describe('parameters [GOV-3, PAR-1]', () => {
  it('change when the chief proposed, the board approved, and the notice has passed, across periods', () => {
    adopt()
    const { adoptedAt } = proposalIn(chain.state) ?? {}
    expect(adoptedAt).toBe(chain.state.height)
    const cheap = (): Transaction => chain.spend({ from: olga, to: [output(olga.key, shares(1))] })
    while ((chain.state.ticksSince(adoptedAt ?? 0) ?? 0) < DEV_PARAMETERS.noticeTicks - 1) {
      chain.produce()
      expect(chain.state.parameters.feeAtoms).toBe(DEV_PARAMETERS.feeAtoms)
    }
    expect(chain.state.height).toBeGreaterThan(74)
    // The block in which the notice passes is judged under the former parameters, the next under the new ones.
    const before = cheap()
    chain.produce([before])
    expect(chain.state.parameters).toEqual({ ...chain.state.chain.parameters, feeAtoms: 5000n })
    expect(proposalIn(chain.state)).toBeUndefined()
    const least = chain.feeOf(cheap())
    expect(least).toBeGreaterThan(5000n)
    expect(chain.refusalOf(chain.spend({ from: olga, to: [output(olga.key, shares(1))], fee: least - 1n }))).toBe(
      'E_TX_FEE'
    )
    expect(chain.refusalOf(cheap())).toBeUndefined()
  })

  it('are proposed by the chief alone, approved by the board alone, each in its own name', () => {
    expect(chain.refusalOf(propose(alice, dearer))).toBe('E_CHIEF_AUTHORITY')
    elect()
    expect(chain.refusalOf(propose(bob, dearer))).toBe('E_CHIEF_AUTHORITY')
    const forged = { kind: 'params.propose', chief: alice.key, changes: dearer } as const
    expect(chain.refusalOf(chain.spend({ from: bob, action: forged }))).toBe('E_TX_SIGNATURE')
    const proposal = propose(alice, dearer)
    const id = transactionIdOf(proposal)
    expect(chain.refusalOf(approve(alice, id))).toBe('E_PARAMS_UNKNOWN')
    chain.produce([proposal])
    expect(chain.refusalOf(approve(olga, id))).toBe('E_BOARD_AUTHORITY')
    expect(chain.refusalOf(approve(alice, id, false))).toBe('E_PARAMS_TWICE')
    chain.produce([approve(alice, id)])
    expect(chain.refusalOf(approve(alice, id))).toBe('E_PARAMS_TWICE')
  })

  it('of the structure never change, and inequalities hold', () => {
    elect()
    const codeOf = (changes: readonly ParameterChange[]) => chain.refusalOf(propose(alice, changes))
    const changeable: readonly string[] = CHANGEABLE
    const fixed = Object.keys(DEV_PARAMETERS).filter(name => !changeable.includes(name))
    expect(fixed).toEqual(expect.arrayContaining(['slotMs', 'lag', 'period', 'noticeTicks', 'windowTicks']))
    for (const parameter of [...fixed, 'toString', 'nonsense'])
      expect(changeParameters(DEV_PARAMETERS, [{ parameter, value: 1n }]), parameter).toMatchObject({
        code: 'E_PARAMS_FIXED'
      })
    expect(codeOf([{ parameter: 'period', value: 64n }])).toBe('E_PARAMS_FIXED')
    expect(codeOf([{ parameter: 'staffingTicks', value: 10n }])).toBe('E_PARAMETERS')
    expect(codeOf([{ parameter: 'nameReviewTicks', value: 1n << 60n }])).toBe('E_PARAMETERS')
    expect(codeOf([{ parameter: 'namePriceAtoms', value: 1n << 60n }])).toBe('E_PARAMETERS')
    expect(codeOf([{ parameter: 'feeAtoms', value: DEV_PARAMETERS.feeAtoms }])).toBe('E_PARAMS_SAME')
    expect(codeOf([...dearer, ...dearer])).toBe('E_PARAMS_SAME')
  })

  it.each(Object.keys(DEV_PARAMETERS))('%s changes, alone, or never', name => {
    for (const current of [DEV_PARAMETERS, MAIN_PARAMETERS]) {
      const value = BigInt(current[name as keyof Parameters]) + 1n
      const changed = changeParameters(current, [{ parameter: name, value }])
      if (!changed.ok) expect(changed.code).toBe('E_PARAMS_FIXED')
      else
        expect(Object.entries(changed.value).filter(([k, v]) => current[k as keyof Parameters] !== v)).toHaveLength(1)
    }
  })

  it('wait from anew when an approval that made the majority is taken back', () => {
    const id = adopt()
    chain.produce()
    chain.produce([approve(bob, id, false)])
    expect(proposalIn(chain.state)).toMatchObject({ adoptedAt: null, approvals: [alice.key, carol.key].sort() })
    chain.produce([approve(dave, id)])
    expect(proposalIn(chain.state)?.adoptedAt).toBe(chain.state.height)
    // A further approval does not make it wait again.
    const { height } = chain.state
    chain.produce([approve(bob, id)])
    expect(proposalIn(chain.state)?.adoptedAt).toBe(height)
  })

  it('are not replaced while an approved proposal waits; one that is not approved is replaced or lapses', () => {
    elect()
    const [first, second] = [propose(alice, dearer), propose(alice, [{ parameter: 'repayAtoms', value: 1n }])]
    chain.produce([first])
    chain.produce([approve(bob, transactionIdOf(first))])
    chain.produce([second])
    expect(proposalIn(chain.state)).toMatchObject({ id: transactionIdOf(second), approvals: [] })
    expect(chain.refusalOf(approve(carol, transactionIdOf(first)))).toBe('E_PARAMS_UNKNOWN')
    const proposedAt = chain.state.height
    const open = chain.state
    const id = transactionIdOf(second)
    chain.produce([approve(alice, id), approve(bob, id), approve(carol, id)])
    expect(chain.refusalOf(propose(alice, dearer))).toBe('E_PARAMS_ADOPTED')
    chain.rewind(open)
    while ((chain.state.ticksSince(proposedAt) ?? 0) < DEV_PARAMETERS.proposalTicks - 1) chain.produce()
    expect(proposalIn(chain.state)).toBeDefined()
    chain.produce()
    expect(proposalIn(chain.state)).toBeUndefined()
  })

  it('stay as they were when shareholders elect another board before the notice has passed', () => {
    const id = adopt()
    const moved = ['olga', 'oscar'].flatMap(name =>
      Array.from({ length: 9 }, () => {
        const from = actor(name)
        return chain.spend({ from, to: [output(from.key, shares(999), dave.key)] })
      })
    )
    chain.produce(moved)
    chain.produceTo(41)
    expect(proposalIn(chain.state)).toMatchObject({ id, adoptedAt: null })
    chain.produceTo(130)
    expect(proposalIn(chain.state)).toBeUndefined()
    expect(chain.state.parameters).toEqual(chain.state.chain.parameters)
  })
})

describe('the preference of the chief [GOV-3]', () => {
  const pair = (): readonly [Transaction, Transaction] => {
    const first = chain.spend({ from: olga, to: [output(olga.key, 7n)] })
    const second = chain.spend({ from: olga, to: [output(olga.key, 8n)], inputs: first.inputs })
    return [first, second]
  }
  const preferenceFor = (preferred: Transaction, over: Transaction, ahead = 5): Preference => ({
    preferred: transactionIdOf(preferred),
    over: transactionIdOf(over),
    expiry: chain.state.height + ahead
  })

  it('is the signature of who is chief at the head, for a few heights, over another transaction', () => {
    const [first, second] = pair()
    const signed = (preference: Preference, by: Actor = alice) => signPreference(by.secret, chain.genesis, preference)
    const codeOf = (one: ReturnType<typeof signed>) => {
      const checked = checkPreference(chain.state, one)
      return checked.ok ? undefined : checked.code
    }
    expect(codeOf(signed(preferenceFor(first, second)))).toBe('E_PREFERENCE_CHIEF')
    elect()
    expect(codeOf(signed(preferenceFor(first, second)))).toBeUndefined()
    expect(codeOf(signed(preferenceFor(first, second), bob))).toBe('E_PREFERENCE_CHIEF')
    expect(codeOf(signed(preferenceFor(first, first)))).toBe('E_PREFERENCE_SAME')
    expect(codeOf(signed(preferenceFor(first, second, -1)))).toBe('E_PREFERENCE_EXPIRED')
    expect(codeOf(signed(preferenceFor(first, second, 33)))).toBe('E_PREFERENCE_EXPIRED')
  })

  it('is remembered in a bounded book, until it ends or the chief does', () => {
    elect()
    const [first, second] = pair()
    const book = new Preferences()
    expect(book.add(chain.state, signPreference(alice.secret, chain.genesis, preferenceFor(first, second))).ok).toBe(
      true
    )
    expect(book.preferenceOf(transactionIdOf(first))).toBe(transactionIdOf(second))
    expect(book.preferenceOf(transactionIdOf(second))).toBeUndefined()
    chain.produceTo(chain.state.height + 5)
    book.advance(chain.state)
    expect(book.size).toBe(1)
    chain.produce()
    book.advance(chain.state)
    expect(book.size).toBe(0)
    book.add(chain.state, signPreference(alice.secret, chain.genesis, preferenceFor(first, second)))
    chain.produce([nominate(bob, bob)])
    book.advance(chain.state)
    expect(book.size).toBe(0)
    expect(PREFERENCES_MAX).toBeLessThan(10_000)
  })

  it('is worth nothing to whoever judges a block: either of two transactions is as good', () => {
    elect()
    const before = chain.state
    const [first, second] = pair()
    const held = new Preferences()
    held.add(chain.state, signPreference(alice.secret, chain.genesis, preferenceFor(first, second)))
    expect(held.size).toBe(1)
    for (const one of [first, second]) {
      chain.rewind(before)
      const { block, dropped } = chain.draft([one])
      expect(dropped).toEqual([])
      chain.append(block)
      chain.produceTo(chain.state.height + 8)
      expect(chain.state.recordedFinal.height).toBeGreaterThan(before.height)
    }
  })
})
