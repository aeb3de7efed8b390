// Step 7: a checkpoint outlived its window, and a balance is proved against it from the genesis document alone: finality to
// a header, the checkpoint's record under that header, the balance under the checkpoint's root [CKP-3, FIN-10, PRF-2].
import type { AssetId, PublicKey } from '#contracts/primitives/ids.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { buildBalanceProof, readBalance } from '../../asset-proofs.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import { type Movement, traderName } from './instructions.ts'

export async function observeSettlement(
  stage: Stage,
  world: World,
  asset: AssetId,
  movements: readonly Movement[]
): Promise<Sight<undefined>> {
  const { chain, client, network } = world
  const { genesis } = network
  const account = deriveDevKey(traderName(0)).publicKey
  const firstMoved = Math.min(...movements.map(one => one.sequence))
  const settled = await stage.until(`sequence ${firstMoved} to be settled`, async () => {
    const record = await chain.read('assets', asset)
    return record !== undefined && record.settled >= firstMoved ? record.settled : undefined
  })
  const proof = await stage.until('a proof of a balance', async () => {
    const built = await buildBalanceProof({ chain, client, genesis }, asset, account)
    return built.ok ? built.value : undefined
  })
  // From here on nothing is asked of anybody.
  const { units: balance, checkpoint, header } = unwrap(readBalance(genesis, proof))
  if (checkpoint.status !== 'settled') throw new Error('the proved checkpoint is not settled')
  const expected = balanceAsOf(movements, account, proof.sequence)
  if (balance !== expected) throw new Error(`the proved balance is ${balance}, the wallet's own books say ${expected}`)
  const forged = readBalance(genesis, { ...proof, sequence: proof.sequence + 1 })
  if (forged.ok) throw new Error('the proof also passes for another checkpoint')
  const proofBytes = JSON.stringify(proof).length / 2
  return {
    value: undefined,
    height: header.height,
    summary:
      `checkpoint ${proof.sequence} settled at ${checkpoint.settledAt}; ` +
      `a balance of ${balance} proved from genesis to height ${header.height}`,
    detail: {
      asset,
      settledSequence: settled,
      checkpoint: checkpoint.id,
      sequence: proof.sequence,
      postedAt: checkpoint.postedAt,
      settledAt: checkpoint.settledAt,
      postRoot: checkpoint.statement?.postRoot,
      signers: checkpoint.signers,
      account,
      balance,
      expected,
      provenHeader: blockIdOf(header),
      provenHeight: header.height,
      proofBytes: Math.round(proofBytes),
      finalityProofBytes: proof.finality.length / 2,
      forgedProofRefused: forged.code
    }
  }
}

/** What the wallet's own books say. */
export function balanceAsOf(movements: readonly Movement[], account: PublicKey, sequence: number): bigint {
  return movements
    .filter(one => one.sequence <= sequence)
    .reduce((sum, { from, to, units }) => sum + (to === account ? units : 0n) - (from === account ? units : 0n), 0n)
}
