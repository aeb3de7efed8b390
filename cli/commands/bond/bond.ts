// surety bond post, list, leave [BND-1, BND-2].
import { termsHashOf } from '#contracts/bonds/terms.ts'
import { bondIdOf, UNITS_PER_BOND } from '#contracts/ledger/actions/bond.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import { CommandFailure, EXIT, misuse, refused } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { sendTransaction } from '../../sending.ts'
import { openSigner } from '../../open-wallet.ts'
import { findAsset, resolveKey, type Session, withChain } from '../../session.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { NODE_STATUS } from '../../node/node-methods.ts'

export const postBond: Handler = async (context, [symbol = ''], options) => {
  const units = Number(options['units'])
  if (!Number.isInteger(units) || units < 1 || units > UNITS_PER_BOND) {
    throw misuse('E_NUMBER', `--units takes a whole number from 1 to ${UNITS_PER_BOND}`)
  }
  await withChain(context, async session => {
    await assertSynchronised(session)
    const {
      id,
      record: { registration }
    } = await findAsset(session, symbol)
    const validator = await resolveKey(session, String(options['node']))
    const signer = await openSigner(session)
    const total = registration.collateralPerSeat * BigInt(units)
    const description = `bond ${formatShares(total)} for ${registration.symbol}, all of it lost if the node signs what is false`
    const sent = await sendTransaction(
      session,
      signer,
      {
        action: {
          kind: 'bond.post',
          bonds: [
            { asset: id, validator, owner: signer.key, rewards: signer.key, terms: termsHashOf(registration), units }
          ]
        }
      },
      description
    )
    const bond = sent === undefined ? null : bondIdOf(sent.transaction, 0)
    context.output.result(
      'surety.bond.post/1',
      {
        bond,
        asset: id,
        validator,
        owner: signer.key,
        units,
        atoms: total,
        decimals: SHARE_DECIMALS,
        dryRun: sent === undefined,
        height: sent?.height ?? null
      },
      () => [sent === undefined ? `would ${description}` : `bond ${bond}, final at height ${sent.height}`]
    )
  })
}

/** Never bond while not synchronised: the terms seen may be old. */
async function assertSynchronised({ context }: Session): Promise<void> {
  const status = NODE_STATUS.parse(await rpcCall(context.settings.rpc.value, 'node.status'))
  if (status.base.syncing) throw new CommandFailure('E_SYNCING', 'the node is not synchronised', EXIT.notSynchronised)
}

export const listBonds: Handler = async (context, [symbol]) => {
  await withChain(context, async session => {
    const asset = symbol === undefined ? undefined : (await findAsset(session, symbol)).id
    const bonds = await Promise.all(
      (await session.chain.list('bonds'))
        .filter(({ value }) => asset === undefined || value.asset === asset)
        .map(async ({ key, value }) => ({
          bond: key,
          asset: value.asset,
          validator: value.validator,
          owner: value.owner,
          status: value.status,
          units: value.units.length,
          slashed: value.units.filter(unit => unit.slashed).length,
          seated: value.units.filter(unit => unit.epoch !== null).length,
          atoms: (await session.chain.read('balances', key))?.atoms ?? 0n,
          decimals: SHARE_DECIMALS
        }))
    )
    context.output.result('surety.bond.list/1', { bonds }, () =>
      table(
        ['node', 'asset', 'status', 'holds', 'units', 'seated', 'slashed', 'bond'],
        bonds.map(one => [
          one.validator.slice(0, 12),
          one.asset.slice(0, 12),
          one.status,
          formatShares(one.atoms),
          String(one.units),
          String(one.seated),
          String(one.slashed),
          one.bond
        ])
      )
    )
  })
}

export const leaveBond: Handler = async (context, [text = '']) => {
  await withChain(context, async session => {
    const found = (await session.chain.list('bonds')).filter(({ key }) => key.startsWith(text.toLowerCase()))
    const [bond] = found
    if (bond === undefined || found.length > 1) throw refused('E_BOND_UNKNOWN', `no one bond begins with ${text}`)
    const signer = await openSigner(session)
    const description = `give notice for bond ${bond.key.slice(0, 12)}; its collateral is released after its last checkpoint has aged`
    const sent = await sendTransaction(
      session,
      signer,
      { action: { kind: 'bond.leave', bonds: [bond.key] } },
      description
    )
    context.output.result('surety.bond.leave/1', { bond: bond.key, dryRun: sent === undefined, ...sent }, () => [
      sent === undefined ? `would ${description}` : `notice given at height ${sent.height}`
    ])
  })
}
