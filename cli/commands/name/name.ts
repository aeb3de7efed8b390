// surety name register, claim, show, list, update, transfer, revoke, renew, review, reply: unique names of the chain and what
// is said of who bears them [NAM-2, NAM-4].
import { setTimeout as delay } from 'node:timers/promises'
import { buildClaim, buildCommit, claimStage } from '#base-layer/index.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS, type NameTargets, namePriceOf, standingOf } from '#contracts/names/name-record.ts'
import type { Opinion } from '#contracts/names/review.ts'
import { type AssetId, isHex32, type PublicKey, type TransactionId } from '#contracts/primitives/ids.ts'
import { formatShares } from '../../amounts.ts'
import { CommandFailure, EXIT, misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { findName, nameOf, readName } from '../../names.ts'
import { openSigner, openWallet, type Signer } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { followTransaction, sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { type Session, withChain } from '../../session.ts'

const POLL_MS = 300
/** A commitment matures within some slots; a finality that stalls for longer is worth a look. */
const PATIENCE_MS = 120_000

export const commitName: Handler = async (context, [text = ''], options) => {
  const name = nameOf(text)
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const signer = await openSigner(session)
    await assertFree(session, name)
    if ((await claimStage(session.chain, signer, name)) !== 'none') {
      throw refused('E_NAME_COMMITTED', `a commitment to ${name} waits already`)
    }
    const wishes = { action: buildCommit(signer, name), fee, note: 'name.commit' }
    const sent = await sendTransaction(session, signer, wishes, `commit to the name ${name}`, { wait })
    sayDone(session, 'commit', name, sent, `commit to the name ${name}`)
    if (sent !== undefined) {
      const { nameCommitMin } = session.info.parameters
      context.output.note(`next, ${nameCommitMin} blocks after it: surety name claim ${name}`)
    }
  })
}

export const claimName: Handler = async (context, [text = ''], options) => {
  const name = nameOf(text)
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const signer = await openSigner(session)
    await assertFree(session, name)
    const stage = await claimStage(session.chain, signer, name)
    if (stage === 'none') throw refused('E_NAME_COMMIT', `no commitment of this wallet to ${name} waits`)
    // Told to everyone by a claim that comes too early, the name would be anybody's.
    if (stage === 'waiting') throw refused('E_NAME_EARLY', `the commitment to ${name} is not old enough yet`)
    const price = namePriceOf(name, 1, session.info.parameters.namePriceAtoms)
    const action = buildClaim(signer, name, await targetsOf(session, { ...NO_TARGETS, key: signer.key }, options))
    const description = `claim the name ${name} for ${formatShares(price)}`
    const sent = await sendTransaction(session, signer, { action, fee }, description, { wait })
    sayDone(session, 'claim', name, sent, description)
  })
}

/** Commits, waits until the commitment is old enough, claims. Said again after an interruption it goes on. */
export const registerName: Handler = async (context, [text = ''], options) => {
  const name = nameOf(text)
  const { fee } = sendingOptions(options)
  await withChain(context, async session => {
    const signer = await openSigner(session)
    await assertFree(session, name)
    if ((await claimStage(session.chain, signer, name)) === 'none') {
      const price = namePriceOf(name, 1, session.info.parameters.namePriceAtoms)
      const wishes = { action: buildCommit(signer, name), fee, note: 'name.commit' }
      const description = `commit to the name ${name}, to be claimed for ${formatShares(price)}`
      const details = ['nobody learns the name before it is claimed; what is paid for it burns']
      const sent = await sendTransaction(session, signer, wishes, description, { details })
      if (sent === undefined) return sayDone(session, 'register', name, undefined, description)
    }
    const targets = await targetsOf(session, { ...NO_TARGETS, key: signer.key }, options)
    const action = buildClaim(signer, name, targets)
    await untilRipe(session, signer, name)
    const id = unwrap(await signer.account.send({ action, fee, note: `claim the name ${name}` }))
    const sent = await followTransaction(session, signer, id, sendingOptions(options).wait)
    sayDone(session, 'register', name, sent, '')
  })
}

export const updateName: Handler = (context, [text = ''], options) =>
  act(context, 'update', text, options, async (session, owner, name) => {
    const before = (await findName(session, name)).targets
    const targets = await targetsOf(session, before, options)
    const changes = Object.entries(targets).flatMap(([what, value]) =>
      value === before[what as keyof NameTargets] ? [] : [`${what} ${value ?? 'none'}`]
    )
    if (changes.length === 0) throw misuse('E_USAGE', 'say what changes: --key, --nickname, --host or --asset')
    return { action: { kind: 'name.update', name, owner, targets }, words: `to ${changes.join(', ')}` }
  })

export const transferName: Handler = (context, [text = '', word, payee = ''], options) => {
  if (word !== 'to') throw misuse('E_USAGE', 'say it as: name transfer harbour to bob')
  return act(context, 'transfer', text, options, async (session, owner, name) => {
    const { key: to, how } = await resolvePayee(session, payee)
    return { action: { kind: 'name.transfer', name, owner, to }, words: `to ${payee}`, details: [`to ${to}, ${how}`] }
  })
}

export const revokeTransfer: Handler = (context, [text = ''], options) =>
  act(context, 'revoke', text, options, async (_session, owner, name) => ({
    action: { kind: 'name.transfer', name, owner, to: null },
    words: ''
  }))

export const renewName: Handler = (context, [text = ''], options) =>
  act(context, 'renew', text, options, async ({ info }, owner, name) => {
    const terms = Number(options['terms'])
    if (!Number.isSafeInteger(terms) || terms < 1) throw misuse('E_NUMBER', '--terms is a whole number above zero')
    const price = namePriceOf(name, terms, info.parameters.namePriceAtoms)
    const words = `for ${terms} ${terms === 1 ? 'term' : 'terms'}, ${formatShares(price)}`
    return { action: { kind: 'name.renew', name, owner, terms }, words, details: ['what is paid for it burns'] }
  })

export const writeReview: Handler = (context, [payment = '', rating = '', ...words], options) => {
  if (!/^[0-5]$/.test(rating)) throw misuse('E_NUMBER', 'a review gives 0 to 5')
  const opinion: Opinion = { kind: 'review', rating: Number(rating), words: { kind: 'text', text: words.join(' ') } }
  return opine(context, payment, opinion, options)
}

export const writeReply: Handler = (context, [payment = '', ...words], options) =>
  opine(context, payment, { kind: 'reply', words: { kind: 'text', text: words.join(' ') } }, options)

const opine = async (
  context: Session['context'],
  payment: string,
  opinion: Opinion,
  options: Options
): Promise<undefined> => {
  if (!isHex32(payment)) throw misuse('E_USAGE', 'a payment is named by its whole id')
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const key = { kind: 'payment', payment: payment as TransactionId } as const
    const found = await session.chain.read('names', key, 'head')
    if (found?.kind !== 'payment') throw refused('E_REVIEW_PAYMENT', 'no payment of this id waits for words')
    const signer = await openSigner(session)
    const author = opinion.kind === 'review' ? found.payer : found.payee
    const action = { kind: 'name.review', payment: key.payment, author, opinion } as const
    const { words } = opinion
    const rating = opinion.kind === 'review' ? `, ${opinion.rating} of 5` : ''
    const said = words.kind === 'text' && words.text !== '' ? `, "${words.text}"` : ''
    const description = `${opinion.kind} for ${found.name}${rating}${said}, for ever`
    const sent = await sendTransaction(session, signer, { action, fee }, description, { wait })
    sayDone(session, opinion.kind, found.name, sent, description)
  })
}

export const showName: Handler = async (context, [text = '']) => {
  const name = nameOf(text)
  await withChain(context, async session => {
    const { record, standing, ticks, proven } = await readName(session, name)
    const price = namePriceOf(name, 1, session.info.parameters.namePriceAtoms)
    context.output.result(
      'surety.name.show/1',
      { name, standing, ticks, proven, transfer: record?.transfer ?? null, touched: record?.history.size ?? 0, price },
      () => {
        if (standing.kind === 'free')
          return [`${name} is free: ${formatShares(price)} a term, surety name register ${name}`]
        const rows = standing.kind === 'held' ? Object.entries(standing.targets).filter(([, one]) => one !== null) : []
        return [
          `${name}: ${standing.kind}, owner ${standing.owner}${proven ? ', proven' : ''}`,
          ...(standing.kind === 'held' ? [`expires at tick ${standing.expiresAt}, now ${ticks}`] : []),
          ...rows.map(([what, value]) => `${what.padEnd(10)} ${String(value)}`),
          ...(record?.transfer == null ? [] : [`goes to ${record.transfer.to} at tick ${record.transfer.at}`])
        ]
      }
    )
  })
}

export const listNames: Handler = async context => {
  await withChain(context, async session => {
    const { keyring } = await openWallet(session, context.settings.account.value)
    const own = new Set(keyring.keys)
    const { ticks } = await session.chain.tip('final')
    const names = (await session.chain.list('names')).flatMap(({ key, value }) => {
      if (key.kind !== 'name' || value.kind !== 'name') return []
      const standing = standingOf(value, ticks, session.info.parameters.nameGraceTicks)
      return standing.kind !== 'free' && own.has(standing.owner)
        ? [{ name: key.name, standing: standing.kind, expiresAt: value.expiresAt }]
        : []
    })
    context.output.result('surety.name.list/1', { ticks, names }, () =>
      table(
        ['name', 'state', 'expires at tick'],
        names.map(one => [one.name, one.standing, String(one.expiresAt)])
      )
    )
  })
}

interface Step {
  readonly action: Action
  /** What is done, behind the verb and the name. */
  readonly words: string
  readonly details?: readonly string[]
}

/** One transaction by the owner of a name, whichever key of the wallet that is. */
async function act(
  context: Session['context'],
  verb: 'update' | 'transfer' | 'revoke' | 'renew',
  text: string,
  options: Options,
  stepOf: (session: Session, owner: PublicKey, name: Name) => Promise<Step>
): Promise<undefined> {
  const name = nameOf(text)
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const { chain, info } = session
    const [found, { ticks }] = await Promise.all([
      chain.read('names', { kind: 'name', name }, 'head'),
      chain.tip('head')
    ])
    const standing = standingOf(found?.kind === 'name' ? found : null, ticks, info.parameters.nameGraceTicks)
    if (standing.kind === 'free') throw refused('E_NAME_FREE', `nobody holds the name ${name}`)
    const signer = await openSigner(session)
    if (!signer.keyring.keys.includes(standing.owner)) {
      throw refused('E_NAME_AUTHORITY', `the name ${name} is not ${signer.name}'s`)
    }
    const { action, words, details = [] } = await stepOf(session, standing.owner, name)
    const what = verb === 'revoke' ? 'stop the transfer of' : verb
    const description = `${what} the name ${name} ${words}`.trim()
    const sent = await sendTransaction(session, signer, { action, fee }, description, { wait, details })
    sayDone(session, verb, name, sent, description)
  })
}

async function targetsOf(session: Session, before: NameTargets, options: Options): Promise<NameTargets> {
  const { key, nickname, host, asset } = options
  const keyIn = async (text: unknown, old: NameTargets['key']) =>
    typeof text !== 'string' ? old : text === 'none' ? null : (await resolvePayee(session, text)).key
  if (typeof asset === 'string' && asset !== 'none' && !isHex32(asset)) throw misuse('E_USAGE', '--asset is an id')
  return {
    ...before,
    key: await keyIn(key, before.key),
    host: await keyIn(host, before.host),
    nickname: typeof nickname !== 'string' ? before.nickname : nickname === 'none' ? null : nickname,
    asset: typeof asset !== 'string' ? before.asset : asset === 'none' ? null : (asset as AssetId)
  }
}

async function assertFree({ chain, info }: Session, name: Name): Promise<void> {
  const [found, { ticks }] = await Promise.all([chain.read('names', { kind: 'name', name }, 'head'), chain.tip('head')])
  const standing = standingOf(found?.kind === 'name' ? found : null, ticks, info.parameters.nameGraceTicks)
  if (standing.kind !== 'free') throw refused('E_NAME_TAKEN', `somebody holds the name ${name}`)
}

/** Until a claim may follow: recorded final, and old enough [NAM-2]. */
async function untilRipe({ chain, context }: Session, signer: Signer, name: Name): Promise<void> {
  context.output.note('waiting until the commitment is old enough')
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    if ((await claimStage(chain, signer, name)) === 'ripe') return
    await delay(POLL_MS, undefined, { signal: context.signal })
  }
  throw new CommandFailure('E_NAME_EARLY', 'the commitment is not old enough yet: say it again later', EXIT.timedOut)
}

function sayDone(
  { context }: Session,
  verb: string,
  name: Name,
  sent: Parameters<typeof sentLine>[0] | undefined,
  description: string
): void {
  context.output.result(`surety.name.${verb}/1`, { name, dryRun: sent === undefined, ...sent }, () => [
    sent === undefined ? `would ${description}` : `${verb} ${name}: ${sentLine(sent)}`
  ])
}
