// Payments that several wallets make together: each puts in what it said, gets its own change back, and sees what the whole
// does before it signs [SIG-3]. The signature is made in a session of all (contracts/crypto/signing-session.ts).
import { feeThatCovers, leastFeeOf } from '#contracts/ledger/fee.ts'
import { keysOf, type Output, ownerOf } from '#contracts/ledger/output.ts'
import { TRANSACTION_BYTES, type TransactionBody } from '#contracts/ledger/transaction.ts'
import { aggregateKeys, SIGNERS_MAX } from '#contracts/crypto/multisignature.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { accept, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import { signersOf } from '../state/transactions/signers.ts'
import type { Payment } from './assemble.ts'
import { type Coin, selectCoins, sumOf } from './coins.ts'
import { askRules } from './needs.ts'
import { inShares } from './shares.ts'

export interface Contribution {
  readonly key: PublicKey
  readonly atoms: bigint
}

/**
 * The body of a joint payment; the first contributor bears the fee. E_JOINT if what is put in is not what is paid, or a key
 * comes twice; E_FUNDS if a contributor has too little.
 */
export async function draftJoint(
  chain: BaseChain,
  contributions: readonly Contribution[],
  payments: readonly Payment[]
): Promise<Verdict<TransactionBody, string>> {
  const given = contributions.reduce((sum, { atoms }) => sum + atoms, 0n)
  const paid = payments.reduce((sum, { atoms }) => sum + atoms, 0n)
  const keys = [...new Set(contributions.map(({ key }) => key))]
  if (given !== paid) return reject('E_JOINT', `${inShares(given)} is put in and ${inShares(paid)} paid`)
  if (keys.length !== contributions.length || keys.length > SIGNERS_MAX) {
    return reject('E_JOINT', `each of at most ${SIGNERS_MAX} keys contributes once`)
  }
  const [{ parameters }, head] = await Promise.all([chain.info(), chain.tip('head')])
  // More than it comes to, to choose the coins of whoever bears it.
  const room = leastFeeOf(parameters, TRANSACTION_BYTES, keys.length, payments.length + keys.length)
  const chosen: { readonly contribution: Contribution; readonly coins: readonly Coin[] }[] = []
  for (const [place, contribution] of contributions.entries()) {
    const free = (await chain.outputsOf(contribution.key)).filter(
      ({ record }) =>
        ownerOf(record.output) !== undefined && (record.maturesAt === null || record.maturesAt <= head.recordedFinal)
    )
    const atoms = contribution.atoms + (place === 0 ? room : 0n)
    const coins = selectCoins(free, { atoms, inputCost: 0n, changeCost: 0n })
    if (!coins.ok) return reject(coins.code, `${contribution.key.slice(0, 12)}: ${coins.why}`)
    chosen.push({ contribution, coins: coins.value })
  }
  const bodyWith = (fee: bigint): TransactionBody => ({
    inputs: chosen.flatMap(({ coins }) => coins.map(coin => coin.id)),
    outputs: [
      ...payments.map(({ to, atoms, host = null }): Output => ({ kind: 'key', owner: to, host, atoms })),
      ...chosen.flatMap(({ contribution: { key, atoms }, coins }, place): readonly Output[] => {
        const change = sumOf(coins) - atoms - (place === 0 ? fee : 0n)
        return change === 0n ? [] : [{ kind: 'key', owner: key, host: null, atoms: change }]
      })
    ],
    action: null,
    notBefore: null,
    notAfter: null,
    memo: null,
    preimages: []
  })
  return accept(bodyWith(feeThatCovers(parameters, bodyWith, keys.length)))
}

/** What a body does, read from the chain and not from whoever proposed it. */
export interface JointReview {
  /** Who must sign, ascending. */
  readonly signers: readonly PublicKey[]
  readonly fee: bigint
  /** Of one wallet's keys: what it puts in, less what comes back to it. Negative: it gains. */
  netOf(own: ReadonlySet<PublicKey>): bigint
}

/**
 * E_JOINT if it has an action, which whoever signs may be an authority of; E_TX_INPUT_UNKNOWN if an input is spent or
 * unknown; E_SIGNERS if those who must sign make no key together.
 */
export async function reviewJoint(
  chain: BaseChain,
  body: TransactionBody
): Promise<Verdict<JointReview, 'E_JOINT' | 'E_TX_INPUT_UNKNOWN' | 'E_SIGNERS'>> {
  if (body.action !== null) return reject('E_JOINT', `a joint payment pays, and this does ${body.action.kind}`)
  const inputs = await Promise.all(body.inputs.map(id => chain.read('outputs', id, 'head')))
  const known = inputs.flatMap(record => (record === undefined ? [] : [record.output]))
  if (known.length !== inputs.length) return reject('E_TX_INPUT_UNKNOWN', 'an input is spent or was never there')
  const signers = await askRules(chain, read => signersOf(read, { ...body, signature: new Uint8Array(64) }))
  if (signers === undefined || aggregateKeys(signers) === undefined) {
    return reject('E_SIGNERS', 'those who must sign make no key together')
  }
  const total = (outputs: readonly Output[]): bigint => outputs.reduce((sum, { atoms }) => sum + atoms, 0n)
  return accept({
    signers,
    fee: total(known) - total(body.outputs),
    netOf: own => {
      const isPutIn = (output: Output): boolean => keysOf(output).some(key => own.has(key))
      // What another may come to own does not come back.
      const isGained = (output: Output): boolean => keysOf(output).every(key => own.has(key))
      return total(known.filter(isPutIn)) - total(body.outputs.filter(isGained))
    }
  })
}
