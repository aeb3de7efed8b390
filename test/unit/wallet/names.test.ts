// A wallet takes a name with nothing to remember, waits until its claim is safe to send, pays by name and reviews
// [NAM-2, NAM-3, NAM-4].
import { describe, expect, it } from 'vitest'
import type { BaseChain } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import {
  buildClaim,
  buildCommit,
  buildNamedPayment,
  buildReply,
  buildReview,
  claimStage,
  nameSaltOf,
  resolveLogin
} from '#base-layer/wallet/names.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { transactionIdOf } from '#contracts/ledger/transaction.ts'
import { signLogin } from '#contracts/names/login.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS } from '#contracts/names/name-record.ts'
import { type ProvenName, resolveName } from '#contracts/names/resolve.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type Actor, actor, ChainBuilder, output } from '#test/support/chain-builder.ts'
import { NameBuilder } from '#test/support/name-builder.ts'

const [olga, oscar] = [actor('olga'), actor('oscar')]
const owner = { key: olga.key, secret: new Secret(olga.secret) }
const shop = 'olgas-shop' as Name
const builder = new ChainBuilder()
const names = new NameBuilder(builder)
builder.produceTo(3)

/** Final state is what the head has recorded final, as a node that keeps up has it. */
const states = [builder.state]
const chain = {
  info: async () => ({ genesis: builder.genesis, parameters: builder.state.parameters }),
  tip: async () => ({ height: builder.state.height, recordedFinal: builder.state.recordedFinal.height }),
  read: async (section: 'names', key: never, which = 'final') => {
    const state =
      which === 'head' ? builder.state : states.findLast(one => one.height <= builder.state.recordedFinal.height)
    return state?.get(section, key)
  }
} as unknown as BaseChain

function produce(...actions: readonly [Actor, Action, bigint?][]): void {
  builder.produce(actions.map(([from, action, locks = 0n]) => builder.spend({ from, action, locks })))
  states.push(builder.state)
}

const proven = (): ProvenName => ({
  genesis: builder.genesis,
  name: shop,
  record: names.record(shop) ?? null,
  ticks: builder.state.ticks,
  graceTicks: builder.state.parameters.nameGraceTicks
})

describe('a name, by a wallet', () => {
  it('is committed to, waited for, claimed when that is safe, paid and reviewed', async () => {
    const claim = buildClaim(owner, shop, { ...NO_TARGETS, key: olga.key })
    expect(await claimStage(chain, owner, shop)).toBe('none')
    produce([olga, buildCommit(owner, shop)])
    expect(await claimStage(chain, owner, shop)).toBe('waiting')
    for (let i = 0; i < 30 && (await claimStage(chain, owner, shop)) === 'waiting'; i++) produce()
    expect(await claimStage(chain, owner, shop)).toBe('ripe')
    // Ripe is what the chain takes, no block earlier than that is said.
    produce([olga, claim, names.price(shop, 1)])
    expect(await claimStage(chain, owner, shop)).toBe('none')
    const found = resolveName(proven())
    if (!found.ok) throw new Error(found.code)
    const wishes = buildNamedPayment(shop, found.value, 500n)
    if (!wishes.ok) throw new Error(wishes.code)
    const { payments = [], action } = wishes.value
    const payment = builder.spend({
      from: oscar,
      to: payments.map(one => output(one.to, one.atoms)),
      action: present(action, 'it names its payee')
    })
    builder.produce([payment])
    const id = transactionIdOf(payment)
    produce([oscar, buildReview(id, oscar.key, 4, { kind: 'text', text: 'quick' })])
    produce([olga, buildReply(id, olga.key, { kind: 'text', text: 'thanks' })])
    expect(names.history(shop)?.size).toBe(4)
    expect(buildNamedPayment(shop, { ...found.value, targets: NO_TARGETS }, 1n)).toMatchObject({ code: 'E_NAME_PAYEE' })
  })

  it('hides behind a salt that only its owner can tell, and finds again', () => {
    expect(nameSaltOf(owner, shop)).toBe(nameSaltOf({ ...owner, secret: new Secret(olga.secret) }, shop))
    expect(nameSaltOf(owner, shop)).not.toBe(nameSaltOf({ ...owner, secret: new Secret(oscar.secret) }, shop))
    expect(nameSaltOf(owner, shop)).not.toBe(nameSaltOf(owner, 'olgas-shap' as Name))
  })

  it('vouches for logins under it [NAM-3]', () => {
    const login = { peer: shop, login: 'oscar' as Name, key: oscar.key, version: 1, notAfter: 1000 }
    const record = signLogin(olga.secret, builder.genesis, login)
    expect(resolveLogin(proven(), login.login, record)).toEqual({ ok: true, value: oscar.key })
    expect(resolveLogin({ ...proven(), record: null }, login.login, record)).toMatchObject({ code: 'E_LOGIN_PEER' })
  })
})
