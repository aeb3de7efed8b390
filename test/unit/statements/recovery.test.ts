// Recovery files and the period they begin, as far as no chain is needed [FIN-9].
import { describe, expect, it } from 'vitest'
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { BlockId, GenesisHash, Hash, OutputId } from '#contracts/primitives/ids.ts'
import { checkVote } from '#contracts/statements/certificate.ts'
import {
  checkRecoveryFile,
  recoveredTable,
  type RecoveryBody,
  type RecoveryFile,
  recoveryFileCodec,
  recoveryIdOf,
  recoverySigningBytes
} from '#contracts/statements/recovery.ts'
import { contradicts, mayVote, type Vote, voteMarkOf } from '#contracts/statements/vote.ts'
import { actor } from '#test/support/chain-builder.ts'

const GENESIS = hashHex<GenesisHash>('test-genesis')
const [olga, oscar] = [actor('olga'), actor('oscar')].sort((a, b) => (a.key < b.key ? -1 : 1)) as [
  ReturnType<typeof actor>,
  ReturnType<typeof actor>
]
const peers = [actor('alice').key, actor('bob').key].sort()
const body: RecoveryBody = {
  genesis: GENESIS,
  period: 2,
  height: 70,
  block: hashHex<BlockId>('block'),
  table: peers.map(peer => ({ peer, weight: 5n }))
}
const out = (name: string): OutputId => hashHex<OutputId>(`output ${name}`)
const holder = (one: typeof olga, outputs: readonly OutputId[], of: RecoveryBody = body) => ({
  owner: one.key,
  outputs,
  signature: signMessage(one.secret, recoverySigningBytes(of))
})
const file: RecoveryFile = { body, holders: [holder(olga, [out('a')]), holder(oscar, [out('b'), out('c')])] }

function codeOf(changed: Partial<RecoveryFile>): string | undefined {
  const verdict = checkRecoveryFile(encode(recoveryFileCodec, { ...file, ...changed }), GENESIS)
  return verdict.ok ? undefined : verdict.code
}

/** The same file about another body, signed as it should be. */
function signedBody(changes: Partial<RecoveryBody>): RecoveryFile {
  const changed = { ...body, ...changes }
  return { body: changed, holders: [holder(olga, [out('a')], changed)] }
}

describe('a recovery file [FIN-9]', () => {
  it('is accepted with good signatures, and its id does not depend on them', () => {
    expect(codeOf({})).toBeUndefined()
    expect(recoveryIdOf(body)).toBe(recoveryIdOf({ ...body }))
    expect(recoveryIdOf({ ...body, height: 71 })).not.toBe(recoveryIdOf(body))
  })

  it('is refused if it is no file, or one of another network', () => {
    expect(checkRecoveryFile(Uint8Array.of(0x80), GENESIS)).toMatchObject({ code: 'E_RECOVERY_FORM' })
    expect(codeOf(signedBody({ genesis: hashHex<GenesisHash>('other') }))).toBe('E_RECOVERY_NETWORK')
  })

  it('is refused with a table that is out of order, weightless or too heavy', () => {
    const [first, second] = body.table as [(typeof body.table)[0], (typeof body.table)[0]]
    expect(codeOf(signedBody({ table: [second, first] }))).toBe('E_RECOVERY_FORM')
    expect(codeOf(signedBody({ table: [first, first] }))).toBe('E_RECOVERY_FORM')
    expect(codeOf(signedBody({ table: [{ ...first, weight: 0n }] }))).toBe('E_RECOVERY_FORM')
    const heavy = { ...first, weight: (1n << 63n) - 1n }
    expect(codeOf(signedBody({ table: [heavy, second] }))).toBe('E_RECOVERY_FORM')
  })

  it('is refused with holders out of order, or an output named twice', () => {
    expect(codeOf({ holders: [...file.holders].reverse() })).toBe('E_RECOVERY_FORM')
    expect(codeOf({ holders: [holder(olga, [out('a')]), holder(oscar, [out('a')])] })).toBe('E_RECOVERY_FORM')
    expect(codeOf({ holders: [holder(olga, [out('a'), out('a')])] })).toBe('E_RECOVERY_FORM')
  })

  it('is refused with a signature over another body', () => {
    const other = holder(olga, [out('a')], { ...body, height: 71 })
    expect(codeOf({ holders: [other] })).toBe('E_RECOVERY_SIGNATURE')
  })

  it('makes a table without tickets, of its own period', () => {
    const table = recoveredTable(body)
    expect(table).toMatchObject({ period: 2, recovery: recoveryIdOf(body), total: 10n })
    expect(table.silent.size).toBe(2)
  })
})

describe('votes of a recovered period [FIN-9]', () => {
  const P = { lag: 10, period: 32 }
  const point = (epoch: number, height: number) => ({ epoch, height, id: hashHex<BlockId>(`block ${height}`) })
  const id = recoveryIdOf(body)
  const vote = (sourceEpoch: number, targetEpoch: number, fields: Partial<Vote> = {}): Vote => ({
    period: 2,
    recovery: id,
    root: point(0, 70),
    source: sourceEpoch === 0 ? point(0, 70) : point(sourceEpoch, 72),
    target: point(targetEpoch, 75),
    ...fields
  })

  it('start from the block of the file, wherever in the period it lies, and end above it', () => {
    expect(checkVote(vote(0, 40), P).ok).toBe(true)
    expect(checkVote(vote(0, 40, { recovery: null }), P)).toMatchObject({ code: 'E_VOTE_ROOT' })
    expect(checkVote(vote(0, 40, { target: point(40, 70) }), P)).toMatchObject({ code: 'E_VOTE_HEIGHT' })
    expect(checkVote(vote(0, 40, { target: point(40, 106) }), P)).toMatchObject({ code: 'E_VOTE_HEIGHT' })
  })

  it("contradict none of the table that they replace, nor another file's, but each other", () => {
    const plain = vote(3, 40, { recovery: null, root: point(0, 73) })
    expect(contradicts(vote(0, 40), plain)).toBe(false)
    expect(contradicts(vote(0, 40), vote(0, 40, { recovery: hashHex<Hash>('other file') }))).toBe(false)
    expect(contradicts(vote(0, 40), vote(0, 40, { target: point(40, 76) }))).toBe(true)
    expect(contradicts(vote(0, 40), vote(0, 41, { root: point(0, 71) }))).toBe(true)
  })

  it('may follow those of the table they replace, never the other way, and no second file does [FIN-7]', () => {
    const plain = voteMarkOf(vote(39, 40, { recovery: null }))
    expect(mayVote(plain, vote(0, 41))).toBe(true)
    expect(mayVote(plain, vote(0, 40))).toBe(false)
    const recovered = voteMarkOf(vote(0, 41))
    expect(mayVote(recovered, vote(0, 42, { recovery: null }))).toBe(false)
    expect(mayVote(recovered, vote(0, 42, { recovery: hashHex<Hash>('other file') }))).toBe(false)
    expect(mayVote(recovered, vote(0, 42))).toBe(true)
    expect(mayVote(recovered, vote(0, 42, { period: 3, recovery: null }))).toBe(true)
  })
})
