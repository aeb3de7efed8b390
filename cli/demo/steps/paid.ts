// Step 2: one wallet pays another on the base chain; the payment is final at a node neither of them asked to send it.
import { formatShares } from '../../amounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { PAID_ATOMS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'

export async function observePayment(stage: Stage, world: World): Promise<Sight<undefined>> {
  const [alice, bob] = [world.account('alice'), world.account('bob')]
  const sumOf = async (owner: typeof bob.key): Promise<bigint> =>
    (await world.chain.outputsOf(owner)).reduce((sum, { record }) => sum + record.output.atoms, 0n)
  const before = await sumOf(bob.key)
  const sentMs = Date.now()
  const id = unwrap(await alice.pay([{ to: bob.key, atoms: PAID_ATOMS }]))
  const witness = world.chains.get('cleo') ?? world.chain
  const seen = await stage.until('the payment to be final', async () => {
    const status = await witness.status(id)
    if (status.kind === 'refused') throw new Error(`the payment was refused: ${status.why}`)
    return status.kind === 'final' ? status : undefined
  })
  const finalMs = Date.now() - sentMs
  const after = await stage.until('bob to have it', async () => {
    const sum = await sumOf(bob.key)
    return sum === before + PAID_ATOMS ? sum : undefined
  })
  return {
    value: undefined,
    height: seen.height,
    summary: `alice paid bob ${formatShares(PAID_ATOMS)}, final after ${finalMs} ms`,
    detail: {
      transaction: id,
      height: seen.height,
      block: seen.block,
      finalMs,
      atoms: PAID_ATOMS,
      bobBefore: before,
      bobAfter: after
    }
  }
}
