// Step 11: the lie is void, others took the seats, and the second asset goes on from its last good state, while the first
// never stopped [AST-2, CKP-3, COM-4].
import { present } from '#contracts/primitives/verdict.ts'
import { deriveDevKey } from '../../devnet/accounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { InstructionSigner, tokenCall } from '../../instructions.ts'
import { FALSE_SEQUENCE, VALID_HEIGHTS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import type { DemoAsset, DemoAssets } from './asset-registered.ts'
import type { FalseCheckpoint } from './false-checkpoint.ts'

export async function observeRestaffing(
  stage: Stage,
  world: World,
  assets: DemoAssets,
  lie: FalseCheckpoint,
  honestAtLie: number
): Promise<Sight<undefined>> {
  const asset = assets.false
  const committee = await stage.until('a new committee', async () => {
    const record = await world.chain.read('committees', { asset: asset.id, epoch: 2 })
    return record?.sourceId == null ? undefined : record
  })
  const live = await stage.until('the second asset to be live again', async () => {
    const record = await world.chain.read('assets', asset.id)
    return record?.status === 'live' && record.current === 2 ? record : undefined
  })
  const notice = await acceptOne(stage, world, asset)
  const culprit = unwrap(await world.client.balance(asset.id, deriveDevKey('mallory').publicKey))
  if (culprit !== 0n) throw new Error(`the new committee still certifies ${culprit} false units`)
  const replaced = await stage.until(`a true checkpoint ${FALSE_SEQUENCE}`, async () => {
    const record = await world.chain.read('checkpoints', { asset: asset.id, sequence: FALSE_SEQUENCE })
    return record !== undefined && record.id !== lie.record.id && record.status !== 'void' ? record : undefined
  })
  const honest = present(await world.chain.read('assets', assets.honest.id), 'the first asset')
  if (honest.status !== 'live' || honest.current !== 1) throw new Error(`the first asset is ${honest.status}`)
  if (honest.sequence <= honestAtLie) throw new Error('the first asset posted nothing meanwhile')
  const members = committee.seats.map(seat => world.nameOf(seat.validator))
  const previous = lie.committee.seats.map(seat => world.nameOf(seat.validator))
  const convicted = lie.record.signers.map(seat => previous[seat])
  if (members.some(name => convicted.includes(name))) throw new Error('a convicted member has a seat again')
  return {
    value: undefined,
    height: replaced.postedAt,
    summary:
      `${members.join(', ')} serve it now; checkpoint ${FALSE_SEQUENCE} is true; ` +
      `the first asset went from ${honestAtLie} to ${honest.sequence}`,
    detail: {
      asset: asset.id,
      epoch: 2,
      source: committee.source,
      begins: committee.begins,
      liveSince: live.liveSince,
      previous,
      convicted,
      members,
      accepted: notice,
      voided: lie.record.id,
      replacedBy: replaced.id,
      replacedAt: replaced.postedAt,
      startsFrom: FALSE_SEQUENCE - 1,
      culpritUnits: culprit,
      firstAsset: {
        status: honest.status,
        epoch: honest.current,
        sequenceAtLie: honestAtLie,
        sequence: honest.sequence
      }
    }
  }
}

/** A new instruction, by an account that did nothing before, through the new committee. */
async function acceptOne(stage: Stage, world: World, { id }: DemoAsset) {
  const secret = deriveDevKey('issuer').secret
  const to = deriveDevKey('bob').publicKey
  return await stage.until('the new committee to accept an instruction', async () => {
    const view = await world.client.committee(id)
    if (!view.ok || view.value.epoch !== 2) return undefined
    const next = await world.client.nextSequence(id, deriveDevKey('issuer').publicKey)
    if (!next.ok) return undefined
    const { height } = await world.chain.tip('final')
    const signer = new InstructionSigner(world.genesis, id, secret, next.value)
    const { bytes } = signer.sign([tokenCall('mint', { to, amount: 500n })], height + VALID_HEIGHTS)
    const sent = await world.client.submit(id, [bytes], { timeoutMs: 6_000 })
    const [notice] = sent.ok ? sent.value : []
    if (notice?.kind !== 'accepted' || notice.outcome !== 'applied') return undefined
    return {
      instruction: notice.id,
      index: notice.index,
      sequence: notice.sequence,
      latencyMs: Math.round(notice.latencyMs)
    }
  })
}
