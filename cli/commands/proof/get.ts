// surety proof get: a proof file on stdout, checked before it is printed.
import { balanceKey, receiptCodec } from '#asset-layer/index.ts'
import { encode } from '#contracts/codec/codec.ts'
import { witnessCodec } from '#contracts/merkle/witness.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { type Hash, isHex32 } from '#contracts/primitives/ids.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { misuse, refused, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { toJson } from '../../output.ts'
import { type ProofFile, proveSection, readProof } from '../../proofs.ts'
import { findAsset, resolveKey, withAssets } from '../../session.ts'

export const getBalance: Handler = async (context, [symbol = '', owner]) => {
  await withAssets(context, async session => {
    const genesis = unwrap(await readGenesis(context.settings.genesis.value))
    const { id: asset } = await findAsset(session, symbol)
    const account = await resolveKey(session, owner ?? context.settings.account.value)
    const { statement, witness } = unwrap(await session.client.query(asset, balanceKey(account), 'settled'))
    if (statement === null) throw refused('E_PROOF_UNSETTLED', 'no checkpoint of this asset is settled yet')
    const { sequence } = statement.statement
    const file: ProofFile = {
      schema: 'surety.proof.balance/1',
      asset,
      sequence,
      account,
      witness: bytesToHex(encode(witnessCodec, witness)),
      ...mutable(unwrap(await proveSection(session.chain, genesis, 'checkpoints', { asset, sequence })))
    }
    unwrap(readProof(genesis, file))
    print(context.output.settings.json, file)
  })
}

export const getReceipt: Handler = async (context, [symbol = '', instruction = '']) => {
  if (!isHex32(instruction)) throw misuse('E_USAGE', `${instruction} is not the id of an instruction`)
  await withAssets(context, async session => {
    const genesis = unwrap(await readGenesis(context.settings.genesis.value))
    const { id: asset } = await findAsset(session, symbol)
    const { receipt } = unwrap(await session.client.receipt(asset, instruction as Hash))
    const { epoch } = receipt.certified.statement
    const file: ProofFile = {
      schema: 'surety.proof.receipt/1',
      asset,
      instruction,
      epoch,
      receipt: bytesToHex(encode(receiptCodec, receipt)),
      ...mutable(unwrap(await proveSection(session.chain, genesis, 'committees', { asset, epoch })))
    }
    unwrap(readProof(genesis, file))
    print(context.output.settings.json, file)
  })
}

function mutable<T extends { readonly sectionRoots: readonly string[] }>(
  proof: T
): Omit<T, 'sectionRoots'> & { sectionRoots: string[] } {
  return { ...proof, sectionRoots: [...proof.sectionRoots] }
}

/** The file is the result, with --json on one line. */
function print(json: boolean, file: ProofFile): void {
  process.stdout.write(`${json ? toJson(file) : JSON.stringify(file, null, 1)}\n`)
}
