// Keeps an asset busy: one mint at a time, each with the account's next sequence as the committee has it. What is not
// accepted, because the asset is halted or its history went back, is left; the next one asks anew.
import type { AssetId } from '#contracts/primitives/ids.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { InstructionSigner, tokenCall } from '../../instructions.ts'
import { TRICKLE_MS, VALID_HEIGHTS } from '../limits.ts'
import type { Stage } from '../stage.ts'
import type { World } from '../world.ts'

const PATIENCE_MS = 4_000

export async function trickle(
  stage: Stage,
  world: World,
  asset: AssetId,
  issuer: string,
  ended: AbortSignal
): Promise<void> {
  const { secret, publicKey } = deriveDevKey(issuer)
  const to = deriveDevKey('alice').publicKey
  while (!ended.aborted && !stage.signal.aborted) {
    const next = await world.client.nextSequence(asset, publicKey)
    if (next.ok) {
      const { height } = await world.chain.tip('final')
      const signer = new InstructionSigner(world.genesis, asset, secret, next.value)
      const { bytes } = signer.sign([tokenCall('mint', { to, amount: 1n })], height + VALID_HEIGHTS)
      await world.client.submit(asset, [bytes], { timeoutMs: PATIENCE_MS })
    }
    if (!ended.aborted && !stage.signal.aborted) await stage.pause(TRICKLE_MS)
  }
}
