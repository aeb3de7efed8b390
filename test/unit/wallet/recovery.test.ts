// Recovery files from draft to the chain, made by the wallets of those who are left [FIN-9].
import { beforeEach, describe, expect, test } from 'vitest'
import { createAccount, draftRecovery, recoveryStage, signRecovery } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { encode } from '#contracts/codec/codec.ts'
import type { Verdict } from '#contracts/primitives/verdict.ts'
import { type RecoveryFile, recoveryFileCodec } from '#contracts/statements/recovery.ts'
import { BuiltChain } from '#test/support/built-chain.ts'
import { actor, ChainBuilder, type Peer } from '#test/support/chain-builder.ts'

const olga = actor('olga')
const builder = new ChainBuilder({ peers: ['alice', 'bob', 'carol', 'dave', 'erin'] })
const [alice, bob, carol, dave, erin] = builder.peers as readonly [Peer, Peer, Peer, Peer, Peer]
builder.produceTo(20)
const ticking = builder.state
// Two fifths of the table never come back.
builder.awake = [alice, bob, carol]
builder.produceTo(45)
const stuck = builder.state
const gone = [dave.key, erin.key]
const built = new BuiltChain(builder)

beforeEach(() => builder.rewind(stuck))

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(`${verdict.code} ${verdict.why}`)
  return verdict.value
}

const accountOf = ({ secret }: { readonly secret: Uint8Array }) => createAccount(built.chain, new Secret(secret))

async function fileOf(...signers: readonly Peer[]): Promise<RecoveryFile> {
  let file: RecoveryFile = { body: value(await draftRecovery(built.chain, gone)), holders: [] }
  for (const one of signers) file = value(await signRecovery(built.chain, accountOf(one), file))
  return file
}

describe('a recovery file [FIN-9]', () => {
  test('is drafted without those who are gone, signed wallet by wallet, posted, and then carried', async () => {
    const two = await fileOf(bob, alice)
    expect(two.body.table.map(one => one.peer)).toEqual([alice.key, bob.key, carol.key].sort())
    expect(value(await recoveryStage(built.chain, two))).toMatchObject({ kind: 'open', isEnough: false })
    const file = value(await signRecovery(built.chain, accountOf(carol), two))
    const stage = value(await recoveryStage(built.chain, file))
    expect(stage).toMatchObject({ kind: 'open', isEnough: true })
    if (stage.kind === 'open') expect(stage.signed * 5n).toBe(stage.total * 3n)
    value(await accountOf(olga).act({ kind: 'finality.recover', file: encode(recoveryFileCodec, file) }))
    built.advance()
    expect(builder.state.finalityPeriod.period).toBe(file.body.period)
    expect(value(await recoveryStage(built.chain, file))).toEqual({ kind: 'carried' })
  })

  test('is not drafted while the chain ticks, nor without anybody, nor for a stranger', async () => {
    const codeOf = async (peers: readonly Peer['key'][]) => {
      const drafted = await draftRecovery(built.chain, peers)
      return drafted.ok ? undefined : drafted.code
    }
    expect(await codeOf(builder.peers.map(one => one.key))).toBe('E_RECOVERY_PEER')
    expect(await codeOf([olga.key])).toBe('E_RECOVERY_PEER')
    builder.rewind(ticking)
    expect(await codeOf(gone)).toBe('E_RECOVERY_EARLY')
  })

  test('is not signed twice by one wallet, nor by coin that did not count', async () => {
    const file = await fileOf(alice)
    expect(await signRecovery(built.chain, accountOf(alice), file)).toMatchObject({ code: 'E_RECOVERY_HOLDER' })
    expect(await signRecovery(built.chain, accountOf(olga), file)).toMatchObject({ code: 'E_RECOVERY_HOLDER' })
  })

  test("with an output that is not its signer's weighs nothing", async () => {
    const file = await fileOf(alice, bob)
    const [first, second] = file.holders
    const swapped = { ...file, holders: [{ ...first, outputs: second?.outputs ?? [] }] } as RecoveryFile
    expect(await recoveryStage(built.chain, swapped)).toMatchObject({ code: 'E_RECOVERY_HOLDER' })
  })
})
