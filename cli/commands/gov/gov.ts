// surety gov show, nominate, propose, approve: the board, its chief, and parameters that change with notice [GOV-1 to GOV-3].
import { createAccount, withSigningKey } from '#base-layer/index.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { encode } from '#contracts/codec/codec.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { isHex32, type PublicKey, type TransactionId } from '#contracts/primitives/ids.ts'
import { periodOf } from '#contracts/statements/period-table.ts'
import { PREFERENCE_HEIGHTS, signedPreferenceCodec, signPreference } from '#contracts/statements/preference.ts'
import { formatShares } from '../../amounts.ts'
import { confirm } from '../../context.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { openSigner } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { type Session, withChain } from '../../session.ts'

const BOARD_SEATS = 21

export const showGovernment: Handler = async context => {
  await withChain(context, async ({ chain, info }) => {
    const { height } = await chain.tip('head')
    const [entries, chief, proposal] = await Promise.all([
      chain.read('periods', { kind: 'entries', period: periodOf(height, info.parameters) }, 'head'),
      chain.read('governance', { kind: 'chief' }, 'head'),
      chain.read('governance', { kind: 'proposal' }, 'head')
    ])
    const table21 = entries?.kind === 'entries' ? [...entries.entries] : []
    table21.sort((a, b) => (a.weight === b.weight ? (a.peer < b.peer ? -1 : 1) : a.weight < b.weight ? 1 : -1))
    const nominations = new Map(
      chief?.kind === 'chief' ? chief.nominations.map(one => [one.member, one.candidate] as const) : []
    )
    const board = table21.slice(0, BOARD_SEATS).map(({ peer, weight }) => ({
      member: peer,
      weight,
      nominates: nominations.get(peer) ?? null
    }))
    const inOffice = chief?.kind === 'chief' ? chief.chief : null
    const open = proposal?.kind === 'proposal' ? proposal : null
    context.output.result('surety.gov.show/1', { chief: inOffice, board, proposal: open }, () => [
      `chief ${inOffice ?? 'none'}`,
      ...table(
        ['member of the board', 'weight', 'nominates'],
        board.map(one => [one.member, formatShares(one.weight), one.nominates?.slice(0, 12) ?? ''])
      ),
      ...(open === null ? ['no proposal is open'] : ['', ...proposalLines(open)])
    ])
  })
}

function proposalLines(open: {
  readonly id: string
  readonly changes: readonly { readonly parameter: string; readonly value: bigint }[]
  readonly approvals: readonly string[]
  readonly adoptedAt: number | null
}): readonly string[] {
  return [
    `proposal ${open.id}`,
    ...open.changes.map(({ parameter, value }) => `  ${parameter} = ${value}`),
    `approved by ${open.approvals.length}${open.adoptedAt === null ? '' : `, adopted at height ${open.adoptedAt}`}`
  ]
}

export const nominate: Handler = (context, [text = ''], options) =>
  asMember(context, 'nominate', options, async (session, member) => {
    const candidate = text === 'none' ? null : (await resolvePayee(session, text)).key
    const words = candidate === null ? 'nominate nobody' : `nominate ${candidate} for chief`
    return { action: { kind: 'chief.nominate', member, candidate }, words }
  })

export const propose: Handler = (context, args, options) =>
  asMember(context, 'propose', options, async ({ info }, chief) => {
    const changes = args.map(change => {
      const [, parameter, value] = /^([a-zA-Z0-9]+)=(\d{1,19})$/.exec(change) ?? []
      if (parameter === undefined || value === undefined) throw misuse('E_USAGE', 'changes are like feeAtoms=2000')
      return { parameter, value: BigInt(value) }
    })
    const now: Readonly<Record<string, unknown>> = info.parameters
    const words = changes.map(one => `${one.parameter} ${String(now[one.parameter] ?? 'none')} -> ${one.value}`)
    return { action: { kind: 'params.propose', chief, changes }, words: `propose ${words.join(', ')}` }
  })

export const approve: Handler = (context, [proposal = ''], options) =>
  asMember(context, 'approve', options, async ({ chain }, member) => {
    if (!isHex32(proposal)) throw misuse('E_USAGE', 'a proposal is named by its whole id')
    const open = await chain.read('governance', { kind: 'proposal' }, 'head')
    if (open?.kind !== 'proposal' || open.id !== proposal) throw refused('E_PARAMS_UNKNOWN', 'no such proposal is open')
    const approves = options['not'] !== true
    const changes = open.changes.map(one => `${one.parameter} = ${one.value}`).join(', ')
    const action = { kind: 'params.approve', member, proposal: proposal as TransactionId, approves } as const
    return { action, words: `${approves ? 'approve' : 'do not approve'} ${changes}` }
  })

/** A word to the nodes, not a transaction: it costs nothing and binds nobody [GOV-3]. */
export const prefer: Handler = async (context, [preferred = '', word, over = ''], options) => {
  if (word !== 'over') throw misuse('E_USAGE', 'say it as: gov prefer ID over ID')
  if (!isHex32(preferred) || !isHex32(over)) throw misuse('E_USAGE', 'transactions are named by their whole ids')
  const { node, heights } = options
  const count = typeof heights === 'string' && /^\d{1,3}$/.test(heights) ? Number(heights) : 0
  if (count < 1 || count > PREFERENCE_HEIGHTS) {
    throw misuse('E_NUMBER', `--heights is a whole number from 1 to ${PREFERENCE_HEIGHTS}`)
  }
  if (typeof node !== 'string') throw misuse('E_USAGE', 'say which node acts: --node FOLDER')
  const { keys } = unwrap(await readNodeFolder(node, { flags: {}, env: {} }))
  await withChain(context, async ({ chain, info }) => {
    const expiry = (await chain.tip('head')).height + count
    const preference = { preferred: preferred as TransactionId, over: over as TransactionId, expiry }
    const signed = signPreference(keys.signing.reveal(), info.genesis, preference)
    const description = `prefer ${preferred.slice(0, 16)} over ${over.slice(0, 16)} up to height ${expiry}`
    if (!context.dryRun) {
      await confirm(context, `${description}?`)
      const bytes = bytesToHex(encode(signedPreferenceCodec, signed))
      await rpcCall(context.settings.rpc.value, 'chief.prefer', { preference: bytes })
    }
    context.output.result('surety.gov.prefer/1', { dryRun: context.dryRun, ...preference }, () => [
      context.dryRun ? `would ${description}` : `said: ${description}`
    ])
  })
}

/** The node's key signs beside the wallet, which pays [SIG-3]. */
async function asMember(
  context: Session['context'],
  verb: string,
  options: Options,
  stepOf: (session: Session, member: PublicKey) => Promise<{ readonly action: Action; readonly words: string }>
): Promise<undefined> {
  const { wait, fee } = sendingOptions(options)
  if (typeof options['node'] !== 'string') throw misuse('E_USAGE', 'say which node acts: --node FOLDER')
  const { keys } = unwrap(await readNodeFolder(options['node'], { flags: {}, env: {} }))
  await withChain(context, async session => {
    const member = derivePublicKey(keys.signing.reveal())
    const { action, words } = await stepOf(session, member)
    const signer = await openSigner(session)
    const keyring = withSigningKey(signer.keyring, keys.signing)
    const account = createAccount(session.chain, keyring, { memory: signer.store })
    const description = `${words}, as ${member.slice(0, 12)}`
    const sent = await sendTransaction(session, { ...signer, keyring, account }, { action, fee }, description, { wait })
    context.output.result(`surety.gov.${verb}/1`, { member, dryRun: sent === undefined, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}
