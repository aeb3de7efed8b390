// name.pay and name.review [NAM-4]: a payment that names its payee gives its payer the right to one review, and the
// review gives the payee the right to one reply, each for NAME_REVIEW ticks. All of it is in the name's history.
import type { NamePay, NameReview } from '#contracts/ledger/actions/name-pay.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { queue } from '../names/expiry.ts'
import { standingIn, touchName } from '../names/registry.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyNamePay({ work, transaction, payer, outputs }: ActionContext, action: NamePay): Locked {
  const { name } = action
  const standing = standingIn(work, name)
  if (standing.kind === 'free') return reject('E_NAME_FREE', `nobody holds the name ${name}`)
  if (standing.kind === 'grace') return reject('E_NAME_EXPIRED', `the name ${name} has expired`)
  const payee = standing.targets.key
  const output = outputs[action.output]
  if (payee === null || output?.kind !== 'key' || output.owner !== payee) {
    return reject('E_NAME_PAYEE', `the output does not pay the key that ${name} points to`)
  }
  const { height } = work
  work.put(
    'names',
    { kind: 'payment', payment: transaction },
    { kind: 'payment', name, payer, payee, awaits: 'review', since: height }
  )
  queue(work, 'payments', transaction)
  touchName(work, name, transaction)
  return accept(0n)
}

export function applyNameReview({ work, transaction }: ActionContext, action: NameReview): Locked {
  const { payment, author, opinion } = action
  const key = { kind: 'payment', payment } as const
  const found = work.get('names', key)
  const isOver = found?.kind !== 'payment' || work.hasPassed(found.since, work.parameters.nameReviewTicks)
  if (isOver || found.awaits !== opinion.kind) {
    return reject('E_REVIEW_PAYMENT', `no payment of this id waits for a ${opinion.kind}`)
  }
  const writer = opinion.kind === 'review' ? found.payer : found.payee
  if (author !== writer) return reject('E_REVIEW_AUTHORITY', `this ${opinion.kind} is another's to write`)
  if (opinion.kind === 'review') {
    work.put('names', key, { ...found, awaits: 'reply', since: work.height })
    queue(work, 'payments', payment)
  } else work.remove('names', key)
  touchName(work, found.name, transaction)
  return accept(0n)
}
