// Step 9: a watcher claimed by itself, and the base chain convicted. The claim is taken from the block that carries it and
// judged again here, from its bytes and final state alone [CLM-2, CLM-4, CLM-6].
import type { ConvictionRecord } from '#contracts/claims/claim-record.ts'
import { decodeClaim } from '#contracts/claims/claim.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import { verifySignature } from '#contracts/crypto/signature.ts'
import type { ClaimReveal } from '#contracts/ledger/actions/claim.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { unwrap } from '../../exit-codes.ts'
import { FALSE_SEQUENCE } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import type { DemoAsset } from './asset-registered.ts'
import type { FalseCheckpoint } from './false-checkpoint.ts'

export async function observeJudgement(
  stage: Stage,
  world: World,
  asset: DemoAsset,
  lie: FalseCheckpoint
): Promise<Sight<ConvictionRecord>> {
  const conviction = await stage.until('a conviction', () => convictionOf(world, asset))
  const reveal = await findReveal(world, conviction.provenAt, lie)
  const claim = unwrap(decodeClaim(reveal.claim))
  const { judgement, judgeMs } = await judgeHere(world, asset, lie, claim)
  if (judgement.kind !== 'guilty') throw new Error(`judged here, the claim says ${judgement.kind}: ${judgement.why}`)
  const commits = await commitsOf(world, asset)
  const firstWrongStep = claim.kind === 'bad-step' ? claim.place : undefined
  return {
    value: conviction,
    height: conviction.provenAt,
    summary:
      `${world.nameOf(reveal.claimant)} proved step ${firstWrongStep} wrong in ${reveal.claim.length} bytes; ` +
      `judged again here in ${judgeMs.toFixed(1)} ms`,
    detail: {
      asset: asset.id,
      sequence: FALSE_SEQUENCE,
      checkpoint: lie.record.id,
      kind: claim.kind,
      firstWrongStep,
      claimant: world.nameOf(reveal.claimant),
      claimBytes: reveal.claim.length,
      judgeMs,
      verdict: judgement.why,
      convictedSeats: judgement.seats,
      provenAt: conviction.provenAt,
      slashed: conviction.slashed,
      commits: commits.map(({ id, commit }) => ({
        commit: id,
        claimant: world.nameOf(commit.claimant),
        committedAt: commit.committedAt,
        deposit: commit.deposit,
        status: commit.status
      }))
    }
  }
}

export async function convictionOf(world: World, asset: DemoAsset): Promise<ConvictionRecord | undefined> {
  const found = await world.chain.read('claims', { kind: 'checkpoint', asset: asset.id, sequence: FALSE_SEQUENCE })
  return found?.kind === 'conviction' ? found : undefined
}

/** Every commit against the asset's false checkpoint. */
export async function commitsOf(world: World, asset: DemoAsset) {
  const claims = await world.chain.list('claims')
  return claims.flatMap(({ key, value }) =>
    key.kind === 'commit' &&
    value.kind === 'commit' &&
    value.target.kind === 'checkpoint' &&
    value.target.asset === asset.id
      ? [{ id: key.id, commit: value }]
      : []
  )
}

async function findReveal(world: World, height: number, lie: FalseCheckpoint): Promise<ClaimReveal> {
  const transactions = await world.chain.transactions(height)
  for (const { action } of transactions ?? []) {
    if (action?.kind !== 'claim.reveal') continue
    const claim = decodeClaim(action.claim)
    if (claim.ok && 'checkpoint' in claim.value && claim.value.checkpoint === lie.record.id) return action
  }
  throw new Error(`block ${height} carries no claim against checkpoint ${lie.record.id}`)
}

async function judgeHere(
  world: World,
  asset: DemoAsset,
  lie: FalseCheckpoint,
  claim: Parameters<typeof judgeClaim>[0]
) {
  const head = await world.chain.read('logs', { kind: 'head', asset: asset.id })
  const facts = {
    genesis: world.genesis,
    asset: asset.id,
    registration: asset.registration,
    committee: lie.committee,
    log: present(head?.kind === 'head' ? head.frontier : undefined, 'an asset has a log'),
    target: {
      kind: 'checkpoint',
      id: lie.record.id,
      statement: lie.statement,
      signers: lie.record.signers,
      previousBaseHeight: lie.previousBaseHeight
    }
  } as const
  const startedMs = performance.now()
  const judgement = judgeClaim(claim, facts, verifySignature)
  return { judgement, judgeMs: Math.round((performance.now() - startedMs) * 100) / 100 }
}
