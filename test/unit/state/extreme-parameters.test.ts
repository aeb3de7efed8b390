// What a board may do to its chain at the worst [GOV-3, PAR-1]: at every extreme that is allowed, blocks are made, people
// can pay, take names and register, and the next proposal can be made and approved.
import { describe, expect, test } from 'vitest'
import { CHANGEABLE, type Changeable, changeParameters } from '#contracts/ledger/parameter-changes.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import type { ParameterChange } from '#contracts/ledger/actions/params-propose.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { asName } from '#contracts/names/name.ts'
import { actor, ChainBuilder, output, peer, shares } from '#test/support/chain-builder.ts'
import { NameBuilder } from '#test/support/name-builder.ts'

const MOST = (1n << 63n) - 1n

/** The least or the greatest value that may be proposed, if it is another than now. */
function extreme(parameter: Changeable, isLeast: boolean): readonly ParameterChange[] {
  const isAllowed = (value: bigint): boolean => {
    const changed = changeParameters(DEV_PARAMETERS, [{ parameter, value }])
    return changed.ok || changed.code === 'E_PARAMS_SAME'
  }
  const now = BigInt(DEV_PARAMETERS[parameter])
  let [inside, outside] = [now, isLeast ? -1n : MOST + 1n]
  while (inside - outside > 1n || outside - inside > 1n) {
    const middle = (inside + outside) / 2n
    if (isAllowed(middle)) inside = middle
    else outside = middle
  }
  return inside === now ? [] : [{ parameter, value: inside }]
}

describe.each([
  ['least', true],
  ['greatest', false]
] as const)('the %s values that may be proposed', (_, isLeast) => {
  test('leave a chain that can be used and governed [GOV-3, PAR-1]', () => {
    const chain = new ChainBuilder({ owners: ['alice', 'bob', 'carol', 'dave', 'olga', 'oscar'] })
    const names = new NameBuilder(chain)
    const [alice, bob, carol] = chain.peers
    const [olga, nora] = [actor('olga'), peer('nora')]
    const name = asName('extreme')
    if (alice === undefined || bob === undefined || carol === undefined || name === undefined) throw new Error('there')
    // What only those who wish to pay do may cost more than anyone here has.
    const optional: readonly Changeable[] = ['namePriceAtoms', 'peerBondAtoms', 'registrationLockAtoms']
    const changes = CHANGEABLE.filter(one => isLeast || !optional.includes(one)).flatMap(one => extreme(one, isLeast))
    const adopt = (wanted: readonly ParameterChange[]): void => {
      const proposal = chain.spend({
        from: alice,
        action: { kind: 'params.propose', chief: alice.key, changes: wanted }
      })
      chain.produce([proposal])
      const id = transactionIdOf(proposal)
      const said = [alice, bob, carol].map(member =>
        chain.spend({
          from: member,
          action: { kind: 'params.approve', member: member.key, proposal: id, approves: true }
        })
      )
      chain.produce(said)
      const before = chain.state.parameters
      while (chain.state.parameters === before || chain.state.get('governance', { kind: 'proposal' }) !== undefined) {
        chain.produce()
      }
    }
    chain.produceTo(3)
    chain.produce(
      [alice, bob, carol].map(member =>
        chain.spend({ from: member, action: { kind: 'chief.nominate', member: member.key, candidate: alice.key } })
      )
    )
    adopt(changes)
    for (const { parameter, value } of changes) {
      expect(BigInt(chain.state.parameters[parameter as Changeable]), parameter).toBe(value)
    }
    chain.produce([chain.spend({ from: olga, to: [output(nora.key, shares(1))], fee: shares(3) })])
    names.take(name, olga)
    const bondAtoms = chain.state.parameters.peerBondAtoms
    expect(bondAtoms, 'a bond is something to lose').toBeGreaterThan(0n)
    const action = {
      kind: 'peer.register',
      peer: nora.key,
      vrfKey: nora.vrfKey,
      rewards: nora.rewards.key,
      bondAtoms
    } as const
    chain.produce([chain.spend({ from: olga, beside: [nora], action, locks: bondAtoms, fee: shares(3) })])
    chain.produceTo(chain.state.height + 40)
    adopt([{ parameter: 'feeAtoms', value: 2_000n }])
    expect(chain.state.parameters.feeAtoms).toBe(2_000n)
  }, 60_000)
})
