// surety claim list, show [CLM-4, BND-5].
import type { ClaimTarget } from '#contracts/ledger/actions/claim.ts'
import type { KeyOf, ValueOf } from '#base-layer/index.ts'
import { formatShares, SHARE_DECIMALS } from '../../amounts.ts'
import { refused } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { table } from '../../output.ts'
import { type Session, withChain } from '../../session.ts'

interface Shown {
  readonly id: string
  readonly kind: 'commit' | 'conviction'
  readonly target: string
  readonly status: string
  /** Height of the commit or of the proof. */
  readonly at: number
  readonly who: string | null
  /** Deposit of a commit, collateral taken by a conviction. */
  readonly atoms: bigint
  readonly record: Exclude<ValueOf<'claims'>, { readonly kind: 'open' | 'fault' }>
}

const targetText = (target: ClaimTarget, symbols: ReadonlyMap<string, string>): string => {
  const symbol = symbols.get(target.asset) ?? target.asset.slice(0, 12)
  return target.kind === 'checkpoint'
    ? `${symbol}#${target.sequence}`
    : `${symbol} epoch ${target.epoch} seat ${target.seat}`
}

async function load({ chain }: Session): Promise<readonly Shown[]> {
  const symbols = new Map(
    (await chain.list('assets')).map(({ key, value }) => [key as string, value.registration.symbol])
  )
  return (await chain.list('claims')).flatMap(({ key, value }) => describe(key, value, symbols))
}

function describe(
  key: KeyOf<'claims'>,
  value: ValueOf<'claims'>,
  symbols: ReadonlyMap<string, string>
): readonly Shown[] {
  if (value.kind === 'open' || value.kind === 'fault') return []
  const target = targetText(value.target, symbols)
  if (value.kind === 'commit') {
    return [
      {
        id: key.kind === 'commit' ? key.id : target,
        kind: 'commit',
        target,
        status: value.status,
        at: value.committedAt,
        who: value.claimant,
        atoms: value.deposit,
        record: value
      }
    ]
  }
  return [
    {
      id: target,
      kind: 'conviction',
      target,
      status: value.paid ? 'paid' : 'proven',
      at: value.provenAt,
      who: value.paidTo,
      atoms: value.slashed,
      record: value
    }
  ]
}

export const listClaims: Handler = async context => {
  await withChain(context, async session => {
    const claims = await load(session)
    context.output.result(
      'surety.claim.list/1',
      { decimals: SHARE_DECIMALS, claims: claims.map(({ record: _record, ...one }) => one) },
      () =>
        claims.length === 0
          ? ['nobody has accused anybody']
          : table(
              ['target', 'kind', 'status', 'height', 'atoms', 'claimant', 'id'],
              claims.map(one => [
                one.target,
                one.kind,
                one.status,
                String(one.at),
                formatShares(one.atoms),
                one.who?.slice(0, 12) ?? '',
                one.id
              ])
            )
    )
  })
}

export const showClaim: Handler = async (context, [id = '']) => {
  await withChain(context, async session => {
    const claims = await load(session)
    const found = claims.filter(one => one.id === id || (id.length >= 8 && one.id.startsWith(id)))
    const [claim] = found
    if (claim === undefined || found.length > 1) throw refused('E_CLAIM_UNKNOWN', `there is no one claim ${id}`)
    context.output.result('surety.claim.show/1', { id: claim.id, decimals: SHARE_DECIMALS, ...claim.record }, () => [
      `${claim.kind} against ${claim.target}: ${claim.status}`,
      ...Object.entries(claim.record)
        .filter(([, value]) => typeof value !== 'object' || value === null)
        .map(([name, value]) => `  ${name.padEnd(15)} ${String(value)}`)
    ])
  })
}
