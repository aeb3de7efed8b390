// surety asset status, list: from final base state alone.
import type { AssetStatus } from '#contracts/assets/asset-record.ts'
import { formatShares } from '../../amounts.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { decimalsOf, findAsset, withChain } from '../../session.ts'

const SHOWN_CHECKPOINTS = 8

export const listAssets: Handler = async context => {
  await withChain(context, async ({ chain }) => {
    const assets = (await chain.list('assets')).map(({ key, value }) => ({
      asset: key,
      symbol: value.registration.symbol,
      template: value.registration.template,
      status: value.status,
      seats: value.registration.seats,
      collateralPerSeat: value.registration.collateralPerSeat,
      epoch: value.current,
      sequence: value.sequence,
      settled: value.settled,
      decimals: decimalsOf(value)
    }))
    context.output.result('surety.asset.list/1', { assets }, () =>
      table(
        ['symbol', 'status', 'seats', 'collateral', 'checkpoints', 'settled', 'asset'],
        assets.map(one => [
          one.symbol,
          one.status,
          String(one.seats),
          formatShares(one.collateralPerSeat),
          String(one.sequence),
          String(one.settled),
          one.asset
        ])
      )
    )
  })
}

export const showAsset: Handler = async (context, [text = '']) => {
  await withChain(context, async session => {
    const { chain } = session
    const { id, record } = await findAsset(session, text)
    const committee =
      record.epoch === 0 ? undefined : await chain.read('committees', { asset: id, epoch: record.epoch })
    const bonds = (await chain.list('bonds')).filter(({ value }) => value.asset === id)
    const from = Math.max(1, record.sequence - SHOWN_CHECKPOINTS + 1)
    const sequences = Array.from({ length: record.sequence - from + 1 }, (_, place) => record.sequence - place)
    const checkpoints = (
      await Promise.all(
        sequences.map(async sequence => {
          const found = await chain.read('checkpoints', { asset: id, sequence })
          return found === undefined
            ? []
            : [
                {
                  sequence,
                  id: found.id,
                  status: found.status,
                  postedAt: found.postedAt,
                  settledAt: found.settledAt,
                  steps: found.statement?.stepCount ?? 0,
                  closes: found.statement?.closes ?? null,
                  epoch: found.statement?.epoch ?? 0,
                  signers: found.signers
                }
              ]
        })
      )
    ).flat()
    const unitsOf = (leaving: boolean): number =>
      bonds
        .filter(({ value }) => leaving || value.status === 'active')
        .reduce((sum, { value }) => sum + value.units.filter(unit => !unit.slashed).length, 0)
    const [units, candidates] = [unitsOf(true), unitsOf(false)]
    const ended =
      committee !== undefined &&
      (committee.closedAt !== null ||
        checkpoints.some(one => one.closes === 'epoch' && one.epoch === record.epoch && one.status !== 'void'))
    const members = (committee?.seats ?? []).map((seat, place) => ({
      seat: place,
      validator: seat.validator,
      slashed: seat.slashed
    }))
    const { symbol, seats, collateralPerSeat } = record.registration
    context.output.result(
      'surety.asset.status/1',
      {
        asset: id,
        symbol,
        status: record.status,
        since: record.since,
        epoch: record.current,
        bondedUnits: units,
        candidateUnits: candidates,
        seats,
        collateralPerSeat,
        begins: committee?.begins ?? null,
        ended,
        members,
        sequence: record.sequence,
        settled: record.settled,
        checkpoints
      },
      () => [
        `${symbol} ${id}`,
        `${record.status} since height ${record.since}; ${units} bonded units` +
          `${candidates < units ? `, ${units - candidates} of them leaving,` : ''} for ${seats} seats at ${formatShares(collateralPerSeat)}`,
        ...(committee !== undefined && !ended ? [] : waitingFor(record.status, candidates, seats)),
        ...(committee === undefined
          ? []
          : [
              `epoch ${record.epoch} ${record.current < record.epoch ? 'begins' : 'began'} at height ${committee.begins}${ended ? ' and has ended' : ''}: ` +
                members.map(one => `${one.validator.slice(0, 12)}${one.slashed ? ' (slashed)' : ''}`).join(', ')
            ]),
        ...(checkpoints.length === 0
          ? []
          : [
              '',
              ...table(
                ['checkpoint', 'status', 'posted', 'settled', 'steps', 'signers'],
                checkpoints.map(one => [
                  String(one.sequence),
                  one.status,
                  String(one.postedAt),
                  String(one.settledAt ?? ''),
                  String(one.steps),
                  one.signers.join(' ')
                ])
              )
            ])
      ]
    )
  })
}

/** Why nobody serves the asset now and what would change it; empty for one that has ended. */
function waitingFor(status: AssetStatus, candidates: number, seats: number): readonly string[] {
  if (status === 'retired' || status === 'lapsed' || status === 'wound-up') return []
  const missing = seats - candidates
  return [
    missing > 0
      ? `no committee: ${missing} more bonded ${missing === 1 ? 'unit is' : 'units are'} needed before one can be drawn`
      : 'no committee yet: it is drawn at the next snapshot of the base chain and begins shortly after'
  ]
}
