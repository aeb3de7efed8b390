// surety proof get: a proof file on stdout, checked before it is printed.
import { type Hash, isHex32, ZERO_HASH } from '#contracts/primitives/ids.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import type { Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { toJson } from '../../output.ts'
import { buildBalanceProof, buildReceiptProof, type ProofFile, type ProofSource, readProof } from '../../proofs.ts'
import { findAsset, resolveKey, type Session, withAssets } from '../../session.ts'

export const getBalance: Handler = async (context, [symbol = '', owner]) => {
  await withProofs(context, async (source, session) => {
    const { id } = await findAsset(session, symbol)
    return await buildBalanceProof(source, id, await resolveKey(session, owner ?? context.settings.account.value))
  })
}

export const getReceipt: Handler = async (context, [symbol = '', instruction = '']) => {
  if (!isHex32(instruction) || instruction === ZERO_HASH)
    throw misuse('E_USAGE', `${instruction} is not the id of an instruction`)
  await withProofs(context, async (source, session) => {
    const { id } = await findAsset(session, symbol)
    return await buildReceiptProof(source, id, instruction as Hash)
  })
}

/** The file is the result, with --json on one line. */
async function withProofs(
  context: Context,
  build: (source: ProofSource, session: Session) => Promise<Verdict<ProofFile>>
): Promise<void> {
  const genesis = unwrap(await readGenesis(context.settings.genesis.value))
  await withAssets(context, async session => {
    const file = unwrap(await build({ chain: session.chain, client: session.client, genesis }, session))
    unwrap(readProof(genesis, file))
    process.stdout.write(`${context.output.settings.json ? toJson(file) : JSON.stringify(file, null, 1)}\n`)
  })
}
