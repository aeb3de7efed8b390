// What a watcher finds against a step's input: log items made up, and items passed over [CKP-4, CLM-6].
import { describe, expect, it } from 'vitest'
import { refuteInput } from '#asset-layer/watchers/dispute.ts'
import type { BaseChain } from '#base-layer/index.ts'
import { type LogItem, logEntryCodec } from '#contracts/assets/log-item.ts'
import { encode } from '#contracts/codec/codec.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { alice, ASSET, call, issuer, logEntry, nth, signedInstruction } from '../assets/fixtures.ts'
import { encodeInput, factsOf, inputOf, judge, type Trial, trialOf, withInput } from '../claims/fixtures.ts'
import { Committee } from '../execution/fixtures.ts'

const item = (sequence: number): LogItem => ({ kind: 'settled', sequence, signers: [] })
const base = [1, 2, 3].map(height => ({ height, item: item(height) }))
const entries = base.map(entry => encode(logEntryCodec, entry))
/** Final base state grew by an item since the checkpoint was posted. */
const chain: Pick<BaseChain, 'read'> = {
  read: ((_: string, key: { readonly kind: string; readonly asset: string; readonly index: number }) => {
    const entry = [...base, { height: 90, item: item(9) }][key.index]
    const isThere = entry !== undefined && key.kind === 'entry' && key.asset === ASSET
    return Promise.resolve(isThere ? { kind: 'entry', ...entry } : undefined)
  }) as BaseChain['read']
}
const posted = new MerkleLog()
for (const entry of entries) posted.append(entry)

const trial = (taken: number): Trial => {
  const mint = signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 1n })])
  return trialOf(new Committee().commit(62, [mint], entries.slice(0, taken)))
}

async function verdictsOf(history: Trial, place: number): Promise<string[]> {
  const input = nth(history.inputs, place)
  const claims = await refuteInput(chain, history, place, input, nth(history.trees, place), posted.frontier())
  const facts = factsOf(history.statement, posted.frontier())
  return claims.map(claim => (claim.ok ? judge(claim.value, facts).kind : claim.code))
}

describe('a dispute about an input', () => {
  it('convicts a committee of a log item that base state does not hold', async () => {
    const lie = withInput(trial(3), 1, encodeInput({ ...inputOf(trial(3), 1), entry: logEntry(item(7), 2) } as never))
    expect(await verdictsOf(lie, 1)).toEqual(['guilty'])
    const past = withInput(trial(3), 1, encodeInput({ ...inputOf(trial(3), 1), logIndex: 3 } as never))
    expect(await verdictsOf(past, 1)).toEqual(['guilty'])
  })

  it('convicts a committee that ran an instruction while an item waited', async () => {
    expect(await verdictsOf(trial(2), 2)).toEqual(['guilty'])
  })

  it('finds nothing against those who took every item in its turn', async () => {
    const honest = trial(3)
    for (const place of [0, 1, 2]) expect(await verdictsOf(honest, place)).toEqual(['not-guilty'])
    expect(await verdictsOf(honest, 3)).toEqual([])
  })
})
