// surety node recovery new, check, sign, post: recovery files, by which those who are left go on when more than a third of
// the weight never returns [FIN-9]. A file makes nothing final: each operator who trusts it installs it, see `recoveries`.
import { existsSync } from 'node:fs'
import {
  type BaseChain,
  createAccount,
  draftRecovery,
  recoveryStage,
  type RecoveryStage,
  signRecovery
} from '#base-layer/index.ts'
import { encode } from '#contracts/codec/codec.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { type RecoveryFile, recoveryFileCodec, recoveryIdOf } from '#contracts/statements/recovery.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import { confirm, type Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { EXIT, misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { readRecovery, writeRecovery } from '../../node/recovery-file.ts'
import { openSigner } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { withChain } from '../../session.ts'

export const newRecovery: Handler = async (context, [path = ''], { without }) => {
  if (typeof without !== 'string') throw misuse('E_USAGE', 'say who is gone: --without KEY,KEY')
  if (existsSync(path)) throw misuse('E_RECOVERY_FILE', `${path} is there already`)
  await withChain(context, async session => {
    const gone = await Promise.all(without.split(',').map(async who => (await resolvePayee(session, who.trim())).key))
    const file = { body: unwrap(await draftRecovery(session.chain, gone)), holders: [] }
    if (!context.dryRun) await writeRecovery(path, file)
    show(context, 'new', path, file, undefined)
    context.output.note(`Next, by holders of more than half of the shares: surety node recovery sign ${path}`)
  })
}

/** What a file is; with a node that answers, how far it has come there. Without one a genesis document is needed. */
export const checkRecovery: Handler = async (context, [path = '']) => {
  const genesis = await readGenesis(context.settings.genesis.value)
  const alone = genesis.ok ? await readRecovery(path, genesisHashOf(genesis.value)) : undefined
  const answer = withChain(context, async ({ chain, info }) => {
    const file = await readRecovery(path, info.genesis)
    return { file, stage: await stageOf(chain, file) }
  })
  const { file, stage } = await answer.catch((error: unknown) => {
    const isDown = error instanceof Error && 'code' in error && error.code === 'E_RPC_UNREACHABLE'
    if (alone === undefined || !isDown) throw error
    context.output.note('No node answers: what its holders weigh is not looked at')
    return { file: alone, stage: undefined }
  })
  show(context, 'check', path, file, stage)
  return EXIT.ok
}

export const signRecoveryFile: Handler = async (context, [path = '']) => {
  await withChain(context, async session => {
    const { chain, info } = session
    const before = await readRecovery(path, info.genesis)
    const signer = await openSigner(session)
    const file = unwrap(await signRecovery(chain, createAccount(chain, signer.keyring), before))
    for (const line of linesOf(path, before, undefined)) context.output.note(line)
    if (!context.dryRun) {
      await confirm(context, `Sign for this table, as ${signer.name}?`)
      await writeRecovery(path, file)
    }
    show(context, 'sign', path, file, await stageOf(chain, file))
  })
}

export const postRecovery: Handler = async (context, [path = ''], options) => {
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const file = await readRecovery(path, session.info.genesis)
    if (file.holders.length === 0) throw misuse('E_RECOVERY_FILE', `nobody has signed ${path}`)
    const id = recoveryIdOf(file.body)
    const signer = await openSigner(session)
    const wishes = { action: { kind: 'finality.recover', file: encode(recoveryFileCodec, file) }, fee } as const
    const details = ['it makes nothing final: each operator who trusts it adds it to `recoveries` and starts again']
    const description = `post the recovery file ${id.slice(0, 16)}`
    const sent = await sendTransaction(session, signer, wishes, description, { wait, details })
    context.output.result('surety.node.recovery.post/1', { id, dryRun: sent === undefined, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}

async function stageOf(chain: BaseChain, file: RecoveryFile): Promise<RecoveryStage | undefined> {
  return file.holders.length === 0 ? undefined : unwrap(await recoveryStage(chain, file))
}

function show(context: Context, verb: string, path: string, file: RecoveryFile, stage: RecoveryStage | undefined) {
  const { period, height, block, table: entries } = file.body
  const document = {
    id: recoveryIdOf(file.body),
    dryRun: context.dryRun,
    period,
    height,
    block,
    table: entries,
    holders: file.holders.map(({ owner, outputs }) => ({ owner, outputs: outputs.length })),
    stage: stage ?? null,
    decimals: SHARE_DECIMALS
  }
  context.output.result(`surety.node.recovery.${verb}/1`, document, () => linesOf(path, file, stage))
}

function linesOf(path: string, { body, holders }: RecoveryFile, stage: RecoveryStage | undefined): readonly string[] {
  return [
    `${path}: recovery ${recoveryIdOf(body)}`,
    `period ${body.period}, from block ${body.block} at height ${body.height}`,
    ...table(
      ['peer', 'weight'],
      body.table.map(one => [one.peer, formatShares(one.weight)])
    ),
    `${holders.length} ${holders.length === 1 ? 'holder has' : 'holders have'} signed`,
    ...(stage === undefined ? [] : [stageLine(stage)])
  ]
}

function stageLine(stage: RecoveryStage): string {
  if (stage.kind === 'carried') return 'the chain carries it'
  const said = `${formatShares(stage.signed)} of ${formatShares(stage.total)} signed`
  return stage.isEnough ? `${said}: enough, post it` : `${said}: more than half is needed`
}
