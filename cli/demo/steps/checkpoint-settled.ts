// Step 7: a checkpoint outlived its window, and a balance is proved against it from the genesis document alone: finality to
// a header, the checkpoint's record under that header, the balance under the checkpoint's root [CKP-3, FIN-10, PRF-2].
import { balanceKey } from '#asset-layer/index.ts'
import { checkFinalityProof } from '#base-layer/light/finality-proof.ts'
import { readSection } from '#base-layer/light/state-proof.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import { tokenAmountCodec } from '#contracts/assets/token.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { decode } from '#contracts/codec/codec.ts'
import { hashOf } from '#contracts/merkle/node.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import type { CheckpointRecord } from '#contracts/statements/checkpoint-record.ts'
import { statementIdOf } from '#contracts/statements/statement.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { unwrap } from '../../exit-codes.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import { type Movement, traderName } from './instructions.ts'

export async function observeSettlement(
  stage: Stage,
  world: World,
  asset: AssetId,
  movements: readonly Movement[]
): Promise<Sight<undefined>> {
  const account = deriveDevKey(traderName(0)).publicKey
  const firstMoved = Math.min(...movements.map(one => one.sequence))
  const settled = await stage.until(`sequence ${firstMoved} to be settled`, async () => {
    const record = await world.chain.read('assets', asset)
    return record !== undefined && record.settled >= firstMoved ? record.settled : undefined
  })
  const { statement, witness } = await stage.until('a balance under a settled checkpoint', async () => {
    const found = await world.client.query(asset, balanceKey(account), 'settled')
    if (!found.ok || found.value.how !== 'settled' || found.value.statement === null) return undefined
    return { statement: found.value.statement.statement, witness: found.value.witness }
  })
  const { record, header, proofBytes } = await proveCheckpoint(stage, world, asset, statement.sequence)
  if (record.status !== 'settled' || record.statement === null) throw new Error('the proved checkpoint is not settled')
  const { postRoot, sequence } = record.statement
  if (record.id !== statementIdOf(record.statement)) throw new Error('the checkpoint is not the hash of its statement')
  if (bytesToHex(hashOf(witness)) !== postRoot) throw new Error('the balance is under another root')
  const value = viewOf(witness).get(balanceKey(account))
  const balance = value instanceof Uint8Array ? unwrap(decode(tokenAmountCodec, value, value.length)) : 0n
  const expected = balanceAsOf(movements, account, sequence)
  if (balance !== expected) throw new Error(`the proved balance is ${balance}, the wallet's own books say ${expected}`)
  return {
    value: undefined,
    height: header.height,
    summary: `checkpoint ${sequence} settled at ${record.settledAt}; a balance of ${balance} proved from genesis in ${proofBytes} bytes`,
    detail: {
      asset,
      settledSequence: settled,
      checkpoint: record.id,
      sequence,
      postedAt: record.postedAt,
      settledAt: record.settledAt,
      postRoot,
      signers: record.signers,
      account,
      balance,
      expected,
      provenHeader: blockIdOf(header),
      provenHeight: header.height,
      finalityProofBytes: proofBytes
    }
  }
}

/** Through base-layer/light alone; asked again when a block became final between the two answers. */
async function proveCheckpoint(stage: Stage, world: World, asset: AssetId, sequence: number) {
  const start = unwrap(deriveTrustedStart(world.network.genesis))
  return await stage.until('a proof of the checkpoint', async () => {
    const [proof, state] = await Promise.all([
      world.chain.proveFinality(),
      world.chain.prove('checkpoints', { asset, sequence })
    ])
    const head = unwrap(checkFinalityProof(start, proof))
    if (head.id !== blockIdOf(state.header.header)) return undefined
    const { sectionRoots, witness } = state
    const record: CheckpointRecord | null = unwrap(
      readSection('checkpoints', { asset, sequence }, { header: head.header, sectionRoots, witness })
    )
    if (record === null) throw new Error('final state has no such checkpoint')
    return { record, header: head.header, proofBytes: proof.length }
  })
}

/** What the wallet's own books say. */
export function balanceAsOf(movements: readonly Movement[], account: PublicKey, sequence: number): bigint {
  return movements
    .filter(one => one.sequence <= sequence)
    .reduce((sum, { from, to, units }) => sum + (to === account ? units : 0n) - (from === account ? units : 0n), 0n)
}
