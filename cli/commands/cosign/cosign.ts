// surety cosign new, join, show: a payment by several wallets, each signing in a process of its own that lives until the
// signature is made, since secret nonces are never written down [SIG-3].
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Contribution, draftJoint, type JointReview, type Payment, reviewJoint } from '#base-layer/index.ts'
import {
  createNonce,
  isPartial,
  joinPartials,
  openSession,
  type SecretNonce,
  signPartial
} from '#contracts/crypto/signing-session.ts'
import { type Transaction, transactionIdOf, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { confirm } from '../../context.ts'
import { CommandFailure, EXIT, misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { openSigner, type Signer } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { followTransaction, sendingOptions, sentLine } from '../../sending.ts'
import { type Session, withChain } from '../../session.ts'
import {
  createSigningFolder,
  publishNonce,
  publishPart,
  readNonces,
  readParts,
  readSigningFolder,
  type SigningFolder
} from './folder.ts'

const POLL_MS = 150

/** Drafts the payment, opens the folder, signs for this wallet, and sends when all have signed. */
export const beginCosign: Handler = async (context, [path = ''], options) => {
  await withChain(context, async session => {
    const contributions: Contribution[] = []
    for (const [who, atoms] of parsePairs(options['from'], '--from')) {
      contributions.push({ key: (await resolvePayee(session, who)).key, atoms })
    }
    const payments: Payment[] = []
    for (const [who, atoms] of parsePairs(options['to'], '--to')) {
      payments.push({ to: (await resolvePayee(session, who)).key, atoms })
    }
    const body = unwrap(await draftJoint(session.chain, contributions, payments))
    const review = unwrap(await reviewJoint(session.chain, body))
    if (context.dryRun) {
      const { fee, signers } = review
      context.output.result('surety.cosign/1', { dryRun: true, signers, fee, decimals: SHARE_DECIMALS }, () => [
        `would ask ${signers.length} keys to sign; fee ${formatShares(fee)}`
      ])
      return
    }
    const note = `joint payment to ${String(options['to'])}`
    const folder = await createSigningFolder(path, session.info.genesis, body, review.signers, note)
    await cosign(session, folder, review, options, true)
  })
}

/** Looks at a session, asks, and takes part in it. */
export const joinCosign: Handler = async (context, [path = ''], options) => {
  await withChain(context, async session => {
    const folder = await readSigningFolder(path)
    if (folder.genesis !== session.info.genesis) {
      throw refused('E_COSIGN_FOLDER', 'the session is of another network than this node')
    }
    const review = unwrap(await reviewJoint(session.chain, folder.body))
    if (review.signers.join() !== folder.keys.join()) {
      throw refused('E_COSIGN_FOLDER', 'the session does not list those who must sign')
    }
    await cosign(session, folder, review, options, false)
  })
}

export const showCosign: Handler = async (context, [path = '']) => {
  const folder = await readSigningFolder(path)
  const [nonces, parts] = await Promise.all([readNonces(folder), readParts(folder)])
  const signers = folder.keys.map(key => ({ key, nonce: nonces.has(key), part: parts.has(key) }))
  const transaction = transactionIdOf(folder.body)
  context.output.result('surety.cosign.show/1', { transaction, note: folder.note, signers }, () => [
    `${folder.note}: ${transaction}`,
    ...table(
      ['signer', 'is there', 'has signed'],
      signers.map(one => [one.key, one.nonce ? 'yes' : 'no', one.part ? 'yes' : 'no'])
    )
  ])
}

async function cosign(
  session: Session,
  folder: SigningFolder,
  review: JointReview,
  options: Options,
  submits: boolean
): Promise<void> {
  const { context } = session
  const { wait } = sendingOptions(options)
  const signer = await openSigner(session)
  const own = folder.keys.filter(key => signer.keyring.secretOf(key) !== undefined)
  if (own.length === 0 && !submits) {
    throw refused('E_SIGNERS_ABSENT', `${signer.name} is none of those who sign`)
  }
  const net = review.netOf(new Set(signer.keyring.keys))
  const price = net >= 0n ? `${formatShares(net)} leave` : `${formatShares(-net)} come to`
  context.output.note(`${folder.note}; fee ${formatShares(review.fee)}; in all ${price} ${signer.name}`)
  if (own.length > 0) await confirm(context, `Sign, so that ${price} ${signer.name}?`)
  const deadline = Date.now() + secondsOf(options['within']) * 1000
  const signature = await makeSignature(session, folder, signer, own, deadline)
  const transaction: Transaction = { ...folder.body, signature }
  const id = transactionIdOf(folder.body)
  if (own.length > 0) {
    signer.store.hold(transaction, id, folder.note)
    signer.store.mark(id, 'sent')
  }
  if (submits) unwrap(await session.chain.submit(transaction))
  const sent = await followTransaction(session, signer, id, wait)
  const { signers, fee } = review
  context.output.result(
    'surety.cosign/1',
    { dryRun: false, signers, fee, net, decimals: SHARE_DECIMALS, signature: bytesToHex(signature), ...sent },
    () => [`signed by ${signers.length}: ${sentLine(sent)}`]
  )
}

/** Publishes this wallet's nonces, waits for all, publishes its parts, waits for all, and joins them. */
async function makeSignature(
  session: Session,
  folder: SigningFolder,
  { keyring }: Signer,
  own: readonly PublicKey[],
  deadline: number
): Promise<Uint8Array> {
  const { keys, body, genesis } = folder
  const message = transactionSigningBytes(genesis, body)
  const secretOf = (key: PublicKey): Uint8Array => present(keyring.secretOf(key), 'an own key').reveal()
  const secrets = new Map<PublicKey, SecretNonce>()
  for (const key of own) {
    const nonce = createNonce({ secretKey: secretOf(key), keys, message, randomness: randomBytes(32) })
    secrets.set(key, nonce)
    if (!(await publishNonce(folder, key, nonce.publicNonce))) {
      const why = `${key.slice(0, 12)} has taken part in this session before, and what it kept in memory is gone`
      throw new CommandFailure('E_COSIGN_AGAIN', why, EXIT.rejected)
    }
  }
  const nonces = await gather(session, keys, () => readNonces(folder), 'is not there', deadline)
  const opened = unwrap(openSession(keys, nonces, message))
  for (const [key, nonce] of secrets) await publishPart(folder, key, signPartial(opened, secretOf(key), nonce))
  const parts = await gather(session, keys, () => readParts(folder), 'has not signed', deadline)
  for (const [index, part] of parts.entries()) {
    if (!isPartial(opened, index, part)) session.context.output.note(`the part of ${keys[index]} is wrong`)
  }
  return unwrap(joinPartials(opened, parts))
}

/** In the order of the keys, once all are there. E_COSIGN_WAIT names who is not. */
async function gather(
  { context }: Session,
  keys: readonly PublicKey[],
  read: () => Promise<ReadonlyMap<PublicKey, Uint8Array>>,
  lacks: string,
  deadline: number
): Promise<readonly Uint8Array[]> {
  for (let told = ''; ; await delay(POLL_MS, undefined, { signal: context.signal })) {
    const found = await read()
    const missing = keys.filter(key => !found.has(key))
    if (missing.length === 0) return keys.map(key => present(found.get(key), 'checked above'))
    const names = missing.map(key => key.slice(0, 12)).join(', ')
    if (Date.now() > deadline) throw new CommandFailure('E_COSIGN_WAIT', `${names} ${lacks}`, EXIT.timedOut)
    if (names !== told) context.output.note(`waiting: ${names} ${lacks}`)
    told = names
  }
}

function parsePairs(text: unknown, flag: string): readonly (readonly [who: string, atoms: bigint])[] {
  const pairs = typeof text === 'string' ? text.split(',') : []
  if (pairs.length === 0) throw misuse('E_USAGE', `${flag} is needed, like alice=10,bob=5`)
  return pairs.map(pair => {
    const [who = '', amount = '', ...more] = pair.split('=')
    if (who === '' || more.length > 0) throw misuse('E_USAGE', `${flag} is like alice=10,bob=5`)
    return [who, parseAmount(amount, SHARE_DECIMALS)]
  })
}

function secondsOf(text: unknown): number {
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text)) throw misuse('E_NUMBER', '--within is a number of seconds')
  return Number(text)
}
