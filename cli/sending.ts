// Base transactions as commands send them: shown, confirmed, sent, followed until final.
import { setTimeout as delay } from 'node:timers/promises'
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { TransactionId } from '#contracts/primitives/ids.ts'
import type { Payment } from '#base-layer/index.ts'
import { formatShares } from './amounts.ts'
import { confirm } from './context.ts'
import { CommandFailure, EXIT, refused, unwrap } from './exit-codes.ts'
import type { Session, Signer } from './session.ts'

export interface SentTransaction {
  readonly transaction: TransactionId
  readonly height: number
  readonly block: string
}

const POLL_MS = 250
/** Final within two finality epochs when all is well; after this a person should look. */
const PATIENCE_MS = 60_000

/** Undefined: only a dry run, which built and checked it and sent nothing. */
export async function sendTransaction(
  session: Session,
  signer: Signer,
  wishes: { readonly payments?: readonly Payment[]; readonly action?: Action },
  description: string
): Promise<SentTransaction | undefined> {
  const { context, info } = session
  const fee = `${formatShares(info.parameters.feeAtoms)} and ${info.parameters.feeByteAtoms} atom a byte`
  context.output.note(`${description}; fee ${fee}, signed by ${signer.name}`)
  if (context.dryRun) {
    const built = unwrap(await signer.account.build(wishes))
    signer.account.release(built)
    return undefined
  }
  await confirm(context, `${description}?`)
  const id = unwrap(
    wishes.action === undefined ? await signer.account.send(wishes) : await signer.account.act(wishes.action)
  )
  return await followTransaction(session, id)
}

async function followTransaction({ chain, context }: Session, id: TransactionId): Promise<SentTransaction> {
  context.output.note(`sent ${id}`)
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const status = await chain.status(id)
    if (status.kind === 'refused') throw refused(status.code, status.why)
    if (status.kind === 'final') return { transaction: id, height: status.height, block: status.block }
    await delay(POLL_MS, undefined, { signal: context.signal })
  }
  throw new CommandFailure('E_NOT_FINAL', `transaction ${id} was sent and is not final yet`, EXIT.timedOut)
}
