// surety name login add, list: the logins that a name's holder signs for others, login@name, kept by its node [NAM-3]. They
// are off the chain: signing one costs nothing.
import { z } from 'zod'
import { encode } from '#contracts/codec/codec.ts'
import {
  decodeLoginRecord,
  loginAuthorityOf,
  type LoginRecord,
  loginRecordCodec,
  signLogin
} from '#contracts/names/login.ts'
import { type Name, parseWrittenName } from '#contracts/names/name.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { confirm } from '../../context.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { askLogins, checkedLogin, LOGIN_HEX, nameOf, readName } from '../../names.ts'
import { openSigner } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { addressOf, type Session, withChain } from '../../session.ts'

const LISTED = 100
const LIST_ANSWER = z.object({ peer: z.string(), records: z.array(LOGIN_HEX) })

export const addLogin: Handler = async (context, [text = '', who = ''], options) => {
  const written = parseWrittenName(text)
  if (written?.kind !== 'login') throw misuse('E_NAME_TEXT', `${text} is not a login: say it like ana@harbour`)
  const { login, peer } = written
  await withChain(context, async session => {
    const known = await readName(session, peer)
    const authority = loginAuthorityOf(known.standing)
    if (authority === undefined || known.standing.kind !== 'held') {
      throw refused('E_LOGIN_PEER', `nobody holds the name ${peer}`)
    }
    const payee = await resolvePayee(session, who)
    const signer = await openSigner(session)
    const secret = signer.keyring.secretOf(authority)
    if (secret === undefined) throw refused('E_NAME_AUTHORITY', `${signer.name} does not hold the key of ${peer}`)
    const rpc = nodeOf(session, options)
    const before = await recordOf(rpc, login, peer)
    const notAfter = ticksOf(options, known.ticks) ?? known.standing.expiresAt
    const version = (before?.login.version ?? 0) + 1
    const record = signLogin(secret.reveal(), session.info.genesis, { peer, login, key: payee.key, version, notAfter })
    const description = `say that ${text} is ${addressOf(session.info, payee.key)}, until tick ${notAfter}`
    context.output.note(`${description}; ${payee.how}; signed by ${signer.name}`)
    if (!context.dryRun) {
      await confirm(context, `${description}?`)
      await askLogins(rpc, 'name.login.put', { record: bytesToHex(encode(loginRecordCodec, record)) }, peer)
    }
    const document = { dryRun: context.dryRun, peer, login, key: payee.key, version, notAfter }
    context.output.result('surety.name.login.add/1', document, () => [
      context.dryRun ? `would ${description}` : `${text} is ${addressOf(session.info, payee.key)}, version ${version}`
    ])
  })
}

export const listLogins: Handler = async (context, [text = ''], options) => {
  const peer = nameOf(text)
  await withChain(context, async session => {
    const known = await readName(session, peer)
    const rpc = nodeOf(session, options)
    const logins = (await allRecords(rpc, peer)).map(record => {
      const { login, key, version, notAfter } = record.login
      const checked = checkedLogin(session, known, login, record)
      return { login, key, version, notAfter, valid: checked.ok, ...(checked.ok ? {} : { code: checked.code }) }
    })
    context.output.result(
      'surety.name.login.list/1',
      { peer, proven: known.proven, ticks: known.ticks, logins },
      () => [
        ...table(
          ['login', 'address', 'version', 'until tick', ''],
          logins.map(one => [
            `${one.login}@${peer}`,
            addressOf(session.info, one.key),
            String(one.version),
            String(one.notAfter),
            one.valid ? '' : (one.code ?? '')
          ])
        )
      ]
    )
  })
}

async function recordOf(rpc: string, login: Name, peer: Name): Promise<LoginRecord | undefined> {
  const found = LOGIN_HEX.nullable().safeParse(await askLogins(rpc, 'name.login.get', { login }, peer))
  if (!found.success) throw refused('E_RPC_BAD_ANSWER', `${rpc} gave no login record`)
  return found.data === null ? undefined : unwrap(decodeLoginRecord(hexToBytes(found.data)))
}

async function allRecords(rpc: string, peer: Name): Promise<readonly LoginRecord[]> {
  const records: LoginRecord[] = []
  for (let after = ''; ; ) {
    const answer = LIST_ANSWER.safeParse(await askLogins(rpc, 'name.login.list', { after, limit: LISTED }, peer))
    if (!answer.success) throw refused('E_RPC_BAD_ANSWER', `${rpc} gave no list of logins`)
    if (answer.data.peer !== peer) throw refused('E_LOGIN_NAME', `the node serves logins of ${answer.data.peer}`)
    const page = answer.data.records.map(hex => unwrap(decodeLoginRecord(hexToBytes(hex))))
    records.push(...page)
    const last = page.at(-1)?.login.login
    // A node that repeats itself would never come to an end.
    if (last === undefined || page.length < LISTED || last <= after) return records
    after = last
  }
}

function nodeOf({ context }: Session, { at }: Options): string {
  if (at === undefined) return context.settings.rpc.value
  if (typeof at !== 'string' || !URL.canParse(at))
    throw misuse('E_CONFIG', `--at: ${String(at)} is not an http address`)
  return at
}

function ticksOf({ ticks }: Options, now: number): number | undefined {
  if (ticks === undefined) return undefined
  if (typeof ticks !== 'string' || !/^[1-9]\d{0,8}$/.test(ticks)) throw misuse('E_NUMBER', '--ticks is a whole number')
  return now + Number(ticks)
}
