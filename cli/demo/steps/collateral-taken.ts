// Step 10: every signer of the lie has lost its bond, half went to the earliest claimant, half was burnt, deposits came
// back, and all atoms are accounted for [BND-5, CLM-4, LED-2].
import type { ClaimCommitRecord } from '#contracts/claims/claim-record.ts'
import { genesisSupply } from '#contracts/ledger/genesis.ts'
import type { ClaimId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { balanceIdOf } from '#base-layer/index.ts'
import { formatShares } from '../../amounts.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import type { DemoAsset } from './asset-registered.ts'
import { commitsOf, convictionOf } from './claim-judged.ts'
import type { FalseCheckpoint } from './false-checkpoint.ts'

export async function observeCollateral(
  stage: Stage,
  world: World,
  asset: DemoAsset,
  lie: FalseCheckpoint
): Promise<Sight<undefined>> {
  const conviction = await stage.until('the reward', async () => {
    const found = await convictionOf(world, asset)
    return found?.paid === true ? found : undefined
  })
  const bonds = await Promise.all(
    lie.committee.seats.map(async ({ bond, validator }, seat) => ({
      node: world.nameOf(validator),
      bond,
      signed: lie.record.signers.includes(seat),
      before: lie.bonds.get(bond) ?? 0n,
      after: (await world.chain.read('balances', bond))?.atoms ?? 0n
    }))
  )
  for (const one of bonds) {
    const expected = one.signed ? 0n : one.before
    if (one.after !== expected) throw new Error(`the bond of ${one.node} holds ${one.after} atoms, not ${expected}`)
  }
  const commits = await commitsOf(world, asset)
  const paidTo = present(conviction.paidTo, 'a claimant was paid')
  const deposits = await Promise.all(commits.map(({ id, commit }) => depositOf(world, id, commit)))
  const kept = deposits.filter(one => one.held > 0n)
  if (kept.length > 0) throw new Error(`the deposit of ${kept.map(one => one.claimant).join(', ')} did not come back`)
  const rewarded = (await world.chain.outputsOf(paidTo)).some(({ record }) => record.output.atoms === conviction.reward)
  if (!rewarded) throw new Error('the claimant holds no output of the reward')
  const { slashed, reward, burnt } = conviction
  if (reward + burnt !== slashed) throw new Error(`reward ${reward} and burnt ${burnt} are not the ${slashed} taken`)
  const supply = await stage.until('one state to count', () => countSupply(world))
  const genesis = present(genesisSupply(world.network.genesis), 'a checked document')
  if (supply.total !== genesis) throw new Error(`the supply is ${supply.total} atoms, genesis had ${genesis}`)
  return {
    value: undefined,
    height: supply.height,
    summary:
      `${formatShares(slashed)} taken from ${bonds
        .filter(one => one.signed)
        .map(one => one.node)
        .join(', ')}: ` +
      `${formatShares(reward)} to ${world.nameOf(paidTo)}, ${formatShares(burnt)} burnt; supply exact`,
    detail: {
      asset: asset.id,
      slashed,
      reward,
      burnt,
      paidTo: world.nameOf(paidTo),
      paidCommit: conviction.paidCommit,
      bonds,
      deposits,
      supply: { ...supply, genesis }
    }
  }
}

/** What became of a commit's deposit: nothing holds it, and its owner has an output of just that. */
async function depositOf(world: World, id: ClaimId, { claimant, refund, deposit, status }: ClaimCommitRecord) {
  const held = (await world.chain.read('balances', balanceIdOf('deposit', id)))?.atoms ?? 0n
  const outputs = await world.chain.outputsOf(refund)
  const returned = outputs.some(({ record }) => record.output.atoms === deposit)
  return { commit: id, claimant: world.nameOf(claimant), deposit, status, held, returned }
}

/** Everything that exists at one final block: outputs, balances, fees not yet shared out, burnt. Undefined if it moved on. */
async function countSupply(world: World) {
  const before = await world.chain.tip('final')
  const [outputs, balances, head] = await Promise.all([
    world.chain.list('outputs'),
    world.chain.list('balances'),
    world.chain.read('finality', { kind: 'head' })
  ])
  const after = await world.chain.tip('final')
  if (before.id !== after.id || head?.kind !== 'head') return undefined
  const inOutputs = outputs.reduce((sum, { value }) => sum + value.output.atoms, 0n)
  const inBalances = balances.reduce((sum, { value }) => sum + value.atoms, 0n)
  const { burnt, fees } = head
  return {
    height: after.height,
    block: after.id,
    outputs: inOutputs,
    balances: inBalances,
    fees,
    burnt,
    total: inOutputs + inBalances + fees + burnt
  }
}
