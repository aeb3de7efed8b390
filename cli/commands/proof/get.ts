// surety proof get: a proof file on stdout or in a file, checked before anybody gets it.
import { readFile, writeFile } from 'node:fs/promises'
import { type ProofRequest, SECTION_NAMES } from '#base-layer/index.ts'
import { type LightClient, positionOf } from '#base-layer/light/light-client.ts'
import { STATE_KEYS_MAX } from '#base-layer/light/limits.ts'
import { readKey } from '#base-layer/light/proof-document.ts'
import type { StateKey } from '#base-layer/light/state-proof.ts'
import { asName } from '#contracts/names/name.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { type Hash, isHex32, ZERO_HASH } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { checkRecoveryFile } from '#contracts/statements/recovery.ts'
import { buildBalanceProof, buildReceiptProof, checkAccount, checkReceiptFile } from '../../asset-proofs.ts'
import type { Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { toJson } from '../../output.ts'
import { type BaseKind, checkBaseProof, genesisClient, type ProofFile, readHeadFile } from '../../proofs.ts'
import { findAsset, resolveKey, type Session, withAssets, withChain } from '../../session.ts'

/** `share` for the base chain's coin, or an asset. */
export const getBalance: Handler = async (context, [asset = '', owner], options) => {
  if (asset === 'share') {
    await withBase(context, options, 'balance', async session => {
      const key = await resolveKey(session, owner ?? context.settings.account.value)
      const outputs = await session.chain.outputsOf(key)
      const { height } = await session.chain.tip('final')
      // What is newer than the final head cannot be shown under it.
      const shown = outputs.filter(({ record }) => record.createdAt <= height && record.output.kind === 'key')
      if (shown.length === 0) throw refused('E_PROOF_NONE', `${key.slice(0, 12)} owns no output that is final`)
      if (shown.length > STATE_KEYS_MAX) session.context.output.note(`only ${STATE_KEYS_MAX} outputs are shown`)
      const keys = shown.slice(0, STATE_KEYS_MAX).map(({ id }): StateKey => ({ section: 'outputs', key: id }))
      return { kind: 'present', keys }
    })
    return undefined
  }
  await withProofs(context, options, async (session, genesis) => {
    const { id } = await findAsset(session, asset)
    const account = await resolveKey(session, owner ?? context.settings.account.value)
    return await buildBalanceProof({ chain: session.chain, client: session.client, genesis }, id, account)
  })
  return undefined
}

export const getReceipt: Handler = async (context, [symbol = '', instruction = ''], options) => {
  const id = idIn(instruction)
  await withProofs(context, options, async (session, genesis) => {
    const asset = await findAsset(session, symbol)
    return await buildReceiptProof({ chain: session.chain, client: session.client, genesis }, asset.id, id)
  })
  return undefined
}

/** Kinds whose request follows from what was typed. */
const REQUESTS: Readonly<Partial<Record<BaseKind, (args: readonly string[], options: Options) => ProofRequest>>> = {
  head: () => ({ kind: 'head' }),
  output: ([id = '']) => ({ kind: 'present', keys: [{ section: 'outputs', key: idIn(id) }] }),
  key: ([section = '', key = '']) => ({ kind: 'present', keys: [keyIn(section, key)] }),
  absent: ([section = '', key = '']) => ({ kind: 'absent', keys: [keyIn(section, key)] }),
  block: ([height = '']) => ({ kind: 'block', height: heightIn(height) }),
  consistency: ([height = '']) => ({ kind: 'consistency', height: heightIn(height) }),
  transaction: ([id = '']) => ({ kind: 'transaction', id: idIn(id) }),
  spent: ([id = '']) => ({ kind: 'spent', output: idIn(id) }),
  'not-spent': ([id = '', height = '']) => ({ kind: 'notSpentIn', output: idIn(id), height: heightIn(height) }),
  name: ([name = '']) => ({ kind: 'present', keys: [nameKeyIn(name)] }),
  'name-history': ([name = ''], { from }) => ({
    kind: 'history',
    subject: nameKeyIn(name),
    start: heightIn(typeof from === 'string' ? from : '0')
  })
}

export function getOf(kind: BaseKind): Handler {
  return async (context, args, options) => {
    const make = REQUESTS[kind]
    const request = make?.(args, options)
    await withBase(context, options, kind, async session => request ?? (await lookUp(kind, session, args, options)))
    return undefined
  }
}

/** Kinds whose request needs the node or a wallet. */
async function lookUp(
  kind: BaseKind,
  session: Session,
  [owner]: readonly string[],
  { from }: Options
): Promise<ProofRequest> {
  if (kind === 'key-history') {
    const key = await resolveKey(session, owner ?? session.context.settings.account.value)
    return {
      kind: 'history',
      subject: { section: 'keys', key },
      start: heightIn(typeof from === 'string' ? from : '0')
    }
  }
  const parameters = await session.chain.list('parameters')
  return { kind: 'present', keys: parameters.map(({ key }): StateKey => ({ section: 'parameters', key })) }
}

async function withBase(
  context: Context,
  options: Options,
  kind: BaseKind,
  ask: (session: Session) => Promise<ProofRequest>
): Promise<void> {
  const trusted = await trustedClient(context, options)
  await withChain(context, async session => {
    const request = await ask(session)
    const found = await session.chain.proofs.document(request, positionOf(trusted).period)
    if (found === undefined) throw refused('E_PROOF_NONE', 'it is not so in final state, or this node does not know')
    const file: ProofFile = {
      schema: 'surety.proof/1',
      kind,
      genesis: trusted.network.genesis,
      finality: bytesToHex(found.finality),
      body: bytesToHex(found.body)
    }
    const { client } = unwrap(checkBaseProof(trusted, file))
    await hand(context, options, file, client)
  })
}

async function withProofs(
  context: Context,
  options: Options,
  build: (
    session: Parameters<Parameters<typeof withAssets<void>>[1]>[0],
    genesis: Parameters<typeof genesisClient>[0]
  ) => Promise<Verdict<ProofFile>>
): Promise<void> {
  const genesis = unwrap(await readGenesis(context.settings.genesis.value))
  await withAssets(context, async session => {
    const file = unwrap(await build(session, genesis))
    const trusted = unwrap(genesisClient(genesis))
    if (file.kind === 'account') await hand(context, options, file, unwrap(checkAccount(trusted, file)).client)
    if (file.kind === 'receipt') await hand(context, options, file, unwrap(checkReceiptFile(trusted, file)).client)
  })
}

/** The file is the result, with --json on one line; with -o it goes there, and a line says so. */
async function hand({ output }: Context, options: Options, file: ProofFile, { head }: LightClient): Promise<void> {
  const path = options['output']
  if (typeof path !== 'string') {
    process.stdout.write(`${output.settings.json ? toJson(file) : JSON.stringify(file, null, 1)}\n`)
    return
  }
  await writeFile(path, `${JSON.stringify(file, null, 1)}\n`)
  const bytes = (file.finality.length + file.body.length) / 2
  const { height } = head.header
  output.result('surety.proof.get/1', { file: path, proof: file.kind, bytes, height }, () => [
    `${path}: a proof of kind ${file.kind}, ${bytes} bytes, as of final block ${height}`
  ])
}

/**
 * --head, or the genesis document of the settings; --recovery names the one recovery file that is followed
 * [FIN-9].
 */
export async function trustedClient(context: Context, { head, recovery }: Options): Promise<LightClient> {
  const client =
    typeof head === 'string'
      ? await readHeadFile(head)
      : unwrap(genesisClient(unwrap(await readGenesis(context.settings.genesis.value))))
  if (typeof recovery !== 'string') return client
  const bytes = await readFile(recovery).catch(() => undefined)
  if (bytes === undefined) throw misuse('E_PROOF_FILE', `cannot read ${recovery}`)
  const { body } = unwrap(checkRecoveryFile(bytes, client.network.genesis))
  return { ...client, network: { ...client.network, recoveries: [...(client.network.recoveries ?? []), body] } }
}

function idIn(text: string): Hash {
  if (!isHex32(text) || text === ZERO_HASH) throw misuse('E_USAGE', `${text} is not an id of 64 hexadecimal digits`)
  return text as Hash
}

function heightIn(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw misuse('E_HEIGHT', `${text} is not a height`)
  return Number(text)
}

function nameKeyIn(text: string) {
  const name = asName(text)
  if (name === undefined) throw misuse('E_USAGE', `${text} is not a name`)
  return { section: 'names', key: { kind: 'name', name } } as const
}

/** A key as hexadecimal of its canonical encoding; ids and keys also as they are. */
function keyIn(section: string, text: string): StateKey {
  const known = SECTION_NAMES.find(name => name === section)
  if (known === undefined) throw misuse('E_USAGE', `there is no section ${section}: ${SECTION_NAMES.join(', ')}`)
  const hex = isHex32(text) ? `5820${text}` : text
  if (!/^(?:[0-9a-f]{2}){1,256}$/.test(hex)) throw misuse('E_USAGE', `${text} is not hexadecimal`)
  const key = readKey({ section: known, key: hexToBytes(hex) })
  if (!key.ok) throw misuse('E_USAGE', key.why)
  return key.value
}
