// Step 4: nodes bond, the committees follow from final base state alone, and their members can be found in the DHT by a
// wallet that runs no node [BND-6, COM-2 to COM-4].
import { termsHashOf } from '#contracts/bonds/terms.ts'
import type { CommitteeRecord } from '#contracts/committees/committee-record.ts'
import { decode } from '#contracts/codec/codec.ts'
import { ADDRESS_RECORD_BYTES, addressRecordCodec } from '#contracts/statements/address-record.ts'
import type { AssetId, PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { hostRecordKey } from '#asset-layer/index.ts'
import { deriveDevKey, ownerNameOf } from '../../devnet/accounts.ts'
import { unwrap } from '../../exit-codes.ts'
import { FALSE_BONDS, HONEST_BONDS } from '../limits.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'
import type { DemoAsset, DemoAssets } from './asset-registered.ts'

export interface DemoCommittees {
  readonly honest: CommitteeRecord
  readonly false: CommitteeRecord
}

/** Each node's owner bonds in one act; the bonds must stand at the first snapshot. */
export async function postBonds(stage: Stage, world: World, assets: DemoAssets): Promise<void> {
  for (const { id, registration } of [assets.honest, assets.false]) {
    await stage.until(`${registration.symbol} at the head`, () => world.chain.read('assets', id, 'head'))
  }
  const sent: TransactionId[] = []
  for (const { name } of world.network.nodes) {
    const chosen = [
      ...((HONEST_BONDS as readonly string[]).includes(name) ? [assets.honest] : []),
      ...((FALSE_BONDS as readonly string[]).includes(name) ? [assets.false] : [])
    ]
    if (chosen.length === 0) continue
    const owner = world.account(ownerNameOf(name))
    const validator = deriveDevKey(name).publicKey
    sent.push(
      unwrap(
        await owner.act({
          kind: 'bond.post',
          bonds: chosen.map(({ id, registration }) => ({
            asset: id,
            validator,
            owner: owner.key,
            rewards: owner.key,
            terms: termsHashOf(registration),
            units: 1
          }))
        })
      )
    )
  }
  for (const id of sent) {
    await stage.until('every bond to be final', async () => {
      const status = await world.chain.status(id)
      if (status.kind === 'refused') throw new Error(`a bond was refused: ${status.why}`)
      return status.kind === 'final' ? true : undefined
    })
  }
}

/** The members of both assets as soon as final state has drawn them, before they begin. */
export async function drawnCommittees(stage: Stage, world: World, assets: DemoAssets): Promise<DemoCommittees> {
  const drawn = (asset: DemoAsset): Promise<CommitteeRecord> =>
    stage.until(`the draw of ${asset.registration.symbol}`, async () => {
      const record = await world.chain.read('committees', { asset: asset.id, epoch: 1 })
      return record?.sourceId == null ? undefined : record
    })
  return { honest: await drawn(assets.honest), false: await drawn(assets.false) }
}

export async function observeCommittees(
  stage: Stage,
  world: World,
  assets: DemoAssets,
  committees: DemoCommittees
): Promise<Sight<undefined>> {
  const bonds = await world.chain.list('bonds')
  const units = bonds.reduce((sum, { value }) => sum + value.units.length, 0)
  const seen = []
  for (const [{ id, registration }, committee] of [
    [assets.honest, committees.honest],
    [assets.false, committees.false]
  ] as const) {
    const live = await stage.until(`${registration.symbol} to be live`, async () => {
      const record = await world.chain.read('assets', id)
      return record?.status === 'live' ? record : undefined
    })
    const members = await Promise.all(
      committee.seats.map(async ({ validator }, seat) => {
        const addresses = await findAddresses(stage, world, id, validator)
        return { seat, node: world.nameOf(validator), validator, addresses }
      })
    )
    seen.push({
      asset: id,
      symbol: registration.symbol,
      epoch: live.current,
      source: committee.source,
      begins: committee.begins,
      liveSince: live.liveSince,
      members
    })
  }
  const tip = await world.chain.tip('final')
  return {
    value: undefined,
    height: tip.height,
    summary: seen.map(one => `${one.symbol}: ${one.members.map(member => member.node).join(', ')}`).join('; '),
    detail: {
      units,
      bonds: bonds.map(({ key, value }) => ({
        bond: key,
        asset: value.asset,
        node: world.nameOf(value.validator),
        units: value.units.length,
        atomsPerUnit: value.atomsPerUnit,
        postedAt: value.postedAt
      })),
      committees: seen
    }
  }
}

/** A member's own signed record, asked of the DHT by the wallet's host, which checks it before it gives it out. */
async function findAddresses(
  stage: Stage,
  world: World,
  asset: AssetId,
  validator: PublicKey
): Promise<readonly string[]> {
  return await stage.until(
    `the address of ${world.nameOf(validator)} in the DHT`,
    async () => {
      const value = await world.host.getRecord(hostRecordKey(asset, validator))
      const record = value === undefined ? undefined : decode(addressRecordCodec, value, ADDRESS_RECORD_BYTES)
      return record?.ok === true ? record.value.address.addresses : undefined
    },
    500
  )
}
