// Steps 5 and 6: a wallet that knows an asset's id finds the committee, has several hundred signed instructions accepted,
// and checks receipts by itself [COM-3, COM-6, DAG-7, EXE-1].
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { AssetId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import type { Notice } from '#asset-layer/index.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { buildReceiptProof, readReceipt } from '../../asset-proofs.ts'
import type { ReceiptProof } from '../../proofs.ts'
import { InstructionSigner, type SignedInstruction, tokenCall } from '../../instructions.ts'
import { MINTED_UNITS, TRADERS, TRANSFERS_PER_TRADER, VALID_HEIGHTS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'

/** What the wallet did and was told: enough to say what any account should own as of any sequence. */
export interface Movement {
  readonly id: Hash
  /** Null: minted. */
  readonly from: PublicKey | null
  readonly to: PublicKey
  readonly units: bigint
  readonly index: number
  readonly sequence: number
}

type Accepted = Extract<Notice, { readonly kind: 'accepted' }>
type Planned = SignedInstruction & Pick<Movement, 'from' | 'to' | 'units'>

export async function observeInstructions(
  stage: Stage,
  world: World,
  asset: AssetId
): Promise<Sight<readonly Movement[]>> {
  const view = await stage.until('the committee through the DHT', async () => {
    const found = await world.client.committee(asset)
    return found.ok && found.value.members.every(member => member.addresses.length > 0) ? found.value : undefined
  })
  const { height } = await world.chain.tip('final')
  const { mints, transfers } = plan(world, asset, height + VALID_HEIGHTS)
  const startedMs = performance.now()
  const minted = await submit(world, asset, mints)
  const traded = await submit(world, asset, transfers)
  const elapsedMs = performance.now() - startedMs
  const notices = [...minted, ...traded]
  const failed = notices.filter(({ outcome }) => outcome !== 'applied')
  if (failed.length > 0) throw new Error(`${failed.length} instructions were not applied: ${failed[0]?.code}`)
  const latencies = notices.map(notice => notice.latencyMs).sort((a, b) => a - b)
  const movements = [...mints, ...transfers].flatMap(({ id, from, to, units }, place): readonly Movement[] => {
    const notice = notices[place]
    return notice === undefined ? [] : [{ id, from, to, units, index: notice.index, sequence: notice.sequence }]
  })
  const [p50Ms, p99Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.99)]
  return {
    value: movements,
    height: (await world.chain.tip('final')).height,
    summary: `${notices.length} accepted in ${Math.round(elapsedMs)} ms, half within ${p50Ms} ms, 99 % within ${p99Ms} ms`,
    detail: {
      asset,
      epoch: view.epoch,
      dag: view.dag,
      foundThroughDht: view.members.map(member => world.nameOf(member.validator)),
      sent: mints.length + transfers.length,
      mints: mints.length,
      transfers: transfers.length,
      accepted: notices.length,
      applied: notices.length - failed.length,
      elapsedMs: Math.round(elapsedMs),
      p50Ms,
      p99Ms,
      firstIndex: Math.min(...movements.map(one => one.index)),
      lastIndex: Math.max(...movements.map(one => one.index))
    }
  }
}

function plan(
  world: World,
  asset: AssetId,
  notAfter: number
): { readonly mints: readonly Planned[]; readonly transfers: readonly Planned[] } {
  const issuer = new InstructionSigner(world.genesis, asset, deriveDevKey('issuer').secret)
  const traders = Array.from(
    { length: TRADERS },
    (_, place) => new InstructionSigner(world.genesis, asset, deriveDevKey(traderName(place)).secret)
  )
  const mints = traders.map(({ account: to }) => ({
    ...issuer.sign([tokenCall('mint', { to, amount: MINTED_UNITS })], notAfter),
    from: null,
    to,
    units: MINTED_UNITS
  }))
  const transfers = Array.from({ length: TRANSFERS_PER_TRADER }, (_, turn) =>
    traders.map((trader, place) => {
      const to = traders[(place + 1 + turn) % TRADERS]?.account ?? trader.account
      const units = BigInt(100 + turn)
      return {
        ...trader.sign([tokenCall('transfer', { to, amount: units })], notAfter),
        from: trader.account,
        to,
        units
      }
    })
  ).flat()
  return { mints, transfers }
}

export function traderName(place: number): string {
  return `trader-${place}`
}

async function submit(world: World, asset: AssetId, planned: readonly Planned[]): Promise<readonly Accepted[]> {
  const notices = unwrap(
    await world.client.submit(
      asset,
      planned.map(one => one.bytes)
    )
  )
  return notices.map(notice => {
    if (notice.kind === 'refused') throw new Error(`an instruction was refused: ${notice.code} ${notice.why}`)
    return notice
  })
}

/** Of ascending values, in whole milliseconds. */
export function quantile(ascending: readonly number[], part: number): number {
  return Math.round(ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? 0)
}

/** Receipts of the first mint, the last transfer and one between, each checked offline from the genesis document. */
export async function observeReceipts(
  stage: Stage,
  world: World,
  asset: AssetId,
  movements: readonly Movement[]
): Promise<Sight<undefined>> {
  const { chain, client, network } = world
  const { genesis } = network
  const chosen = [0, Math.floor(movements.length / 2), movements.length - 1].flatMap(place => movements[place] ?? [])
  const receipts = []
  for (const { id, index } of chosen) {
    const proof = await stage.until(`the receipt of step ${index}`, async () => {
      const built = await buildReceiptProof({ chain, client, genesis }, asset, id)
      return built.ok ? built.value : undefined
    })
    const { proven, seats, header } = unwrap(readReceipt(genesis, proof))
    const { leaf, effects, statement } = proven
    if (leaf.index !== index || effects.outcome !== 'applied') {
      throw new Error(`the receipt of step ${index} says another thing`)
    }
    receipts.push({
      instruction: id,
      index,
      outcome: effects.outcome,
      inputHash: leaf.inputHash,
      rootAfter: leaf.root,
      traceRoot: statement.traceRoot,
      stepsInTrace: statement.stepCount,
      commitIndex: statement.commitIndex,
      sequence: statement.sequence,
      seatsThatSigned: seats,
      committeeProvenAt: header.height,
      forgedReceiptRefused: refusalOfForged(genesis, proof)
    })
  }
  const [first] = receipts
  return {
    value: undefined,
    height: (await chain.tip('final')).height,
    summary: `${receipts.length} receipts checked here from genesis: input, leaf, path, signatures of ${first?.seatsThatSigned.length} seats`,
    detail: { asset, receipts }
  }
}

/** The same receipt with one bit of its last bytes changed must not pass. */
function refusalOfForged(genesis: Genesis, proof: ReceiptProof): string {
  const last = Number.parseInt(proof.receipt.slice(-40, -39), 16)
  const receipt = `${proof.receipt.slice(0, -40)}${(last ^ 1).toString(16)}${proof.receipt.slice(-39)}`
  const forged = readReceipt(genesis, { ...proof, receipt })
  if (forged.ok) throw new Error('a forged receipt passes')
  return forged.code
}
