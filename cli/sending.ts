// Base transactions as commands send them: planned and shown with their fee and times, confirmed, sent, followed as far as
// --wait says.
import { setTimeout as delay } from 'node:timers/promises'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import { FEE_PERCENT, type TransactionWishes } from '#base-layer/index.ts'
import { formatShares } from './amounts.ts'
import { confirm } from './context.ts'
import { CommandFailure, EXIT, misuse, refused, unwrap } from './exit-codes.ts'
import type { Options } from './handler.ts'
import type { OpenWallet } from './open-wallet.ts'
import type { Session } from './session.ts'

export interface SentTransaction {
  readonly transaction: TransactionId
  readonly status: 'likely' | 'final'
  readonly height: number
  readonly block: string
}

export type Wait = SentTransaction['status']

export interface SendingSettings {
  /** Default final. */
  readonly wait?: Wait
  /** More lines of what is about to happen, shown before the question. */
  readonly details?: readonly string[]
}

const POLL_MS = 250
/** Final within two finality epochs when all is well; after this a person should look. */
const PATIENCE_MS = 60_000

/** What --wait and --fee say; misuse for other words. */
export function sendingOptions({ wait = 'final', fee = 'low' }: Options): {
  readonly wait: Wait
  readonly fee: number
} {
  if (wait !== 'likely' && wait !== 'final') throw misuse('E_USAGE', '--wait is likely or final')
  if (typeof fee !== 'string' || !Object.hasOwn(FEE_PERCENT, fee)) {
    throw misuse('E_USAGE', `--fee is ${Object.keys(FEE_PERCENT).join(', ')}`)
  }
  return { wait, fee: FEE_PERCENT[fee as keyof typeof FEE_PERCENT] }
}

/** Atoms that the transaction would cost. */
export async function planFee({ account }: OpenWallet, wishes: TransactionWishes): Promise<bigint> {
  return unwrap(await account.draft(wishes)).fee
}

/** Undefined: only a dry run, which planned it and signed nothing. */
export async function sendTransaction(
  session: Session,
  signer: OpenWallet,
  wishes: TransactionWishes,
  description: string,
  { wait = 'final', details = [] }: SendingSettings = {}
): Promise<SentTransaction | undefined> {
  const { context } = session
  const fee = await planFee(signer, wishes)
  context.output.note(`${description}; fee ${formatShares(fee)}, signed by ${signer.name}`)
  for (const line of [...details, await timesOf(session)]) context.output.note(line)
  if (context.dryRun) return undefined
  await confirm(context, `${description}?`)
  const id = unwrap(await signer.account.send({ ...wishes, note: wishes.note ?? description }))
  return await followTransaction(session, signer, id, wait)
}

/** Follows one that was sent. E_NOT_FINAL, with its id, after a minute: it may still come. */
export async function followTransaction(
  { chain, context }: Session,
  wallet: Pick<OpenWallet, 'store'>,
  id: TransactionId,
  wait: Wait
): Promise<SentTransaction> {
  context.output.note(`sent ${id}`)
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const status = await chain.status(id)
    if (status.kind === 'refused') {
      wallet.store.mark(id, 'refused')
      throw refused(status.code, status.why)
    }
    if (status.kind === 'final' || status.kind === wait) {
      if (status.kind === 'final') wallet.store.mark(id, 'final', status.height)
      return { transaction: id, status: status.kind, height: status.height, block: status.block }
    }
    await delay(POLL_MS, undefined, { signal: context.signal })
  }
  throw new CommandFailure('E_NOT_FINAL', `transaction ${id} was sent and is not ${wait} yet`, EXIT.timedOut)
}

/** How long it takes as things are: a block is likely two slots after it, final as far behind as finality is now. */
async function timesOf({ chain, info }: Session): Promise<string> {
  const [head, final] = await Promise.all([chain.tip('head'), chain.tip('final')])
  const { slotMs } = info.parameters
  const behind = Math.max(1, head.height - final.height) + 1
  return `likely in about ${seconds(2 * slotMs)}, final in about ${seconds(behind * slotMs)}`
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

/** "likely at height 12: id" */
export function sentLine({ status, height, transaction }: SentTransaction): string {
  return `${status} at height ${height}: ${transaction}`
}
