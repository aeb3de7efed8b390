// What a member that went down with all others still knows when it comes back: which statement it signed, and that nobody
// has certified it yet [DAG-7].
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Certifier } from '#asset-layer/replica/certifier.ts'
import { AssetStore } from '#asset-layer/store/asset-store.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { VerifyPool } from '#base-layer/runtime/verify-pool.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { uintToBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type CertifiedStatement, statementCodec, statementSigningBytes } from '#contracts/statements/statement.ts'
import { alice, ASSET, call, GENESIS, issuer, signedInstruction } from '../assets/fixtures.ts'
import { Committee, COMMITTEE, DAG, FIRST } from '../execution/fixtures.ts'

const SECRETS = Array.from({ length: 4 }, (_, seat) => hashBytes('test-secret', uintToBytes(seat, 4)))
const committee = { ...COMMITTEE, seats: SECRETS.map(derivePublicKey) }
const executing = new Committee()
const mint = signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 1n })])
const statement = present(executing.commit(57, [mint]).statement, 'a statement')
const { tree } = executing.state
const said = (seat: number) => ({
  seat,
  statement: encode(statementCodec, statement),
  signature: signMessage(present(SECRETS[seat], 'a seat'), statementSigningBytes(GENESIS, statement))
})

let folder: string
let store: AssetStore
let certified: CertifiedStatement[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'surety-certifier-'))
  certified = []
  await open()
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(): Promise<void> {
  store = await AssetStore.open(join(folder, 'asset.db'), 1_000)
}

function certifier(): Certifier {
  const start = { id: FIRST, sequence: 0, baseHeight: 2, nextStep: 0 }
  return new Certifier({
    lane: store.lane(ASSET, 1, DAG, 0, start, 5_000),
    committee,
    signer: { seat: 0, secret: new Secret(present(SECRETS[0], 'a seat')) },
    verifyPool: new VerifyPool(installNodeCrypto().verified),
    tell: () => {},
    onCertified: one => certified.push(one),
    onDissent: () => {},
    onOffence: () => {},
    logger: pino({ level: 'silent' })
  })
}

async function restarted(): Promise<Certifier> {
  await store.close()
  await open()
  const again = certifier()
  again.restore(statement.commitIndex, tree)
  return again
}

describe('a member that comes back [DAG-7]', () => {
  it('certifies what it had signed when the others tell it again', async () => {
    certifier().executed(statement.commitIndex, statement, tree)
    const again = await restarted()
    expect(certified).toEqual([])
    await again.receive([said(1), said(2)])
    expect(certified).toMatchObject([{ statement }])
    expect(again.newest?.tree).toBe(tree)
  })

  it('knows what was certified before, and certifies nothing twice', async () => {
    const before = certifier()
    before.executed(statement.commitIndex, statement, tree)
    await before.receive([said(1), said(2)])
    const again = await restarted()
    expect(again.certifiedCommit).toBe(statement.commitIndex)
    expect(again.newest?.certified.statement).toEqual(statement)
    await again.receive([said(3)])
    expect(certified).toHaveLength(1)
  })

  it('shows no state under a certificate that is of another one', async () => {
    const before = certifier()
    before.executed(statement.commitIndex, statement, tree)
    await before.receive([said(1), said(2)])
    await store.close()
    await open()
    const again = certifier()
    again.restore(statement.commitIndex + 1, new Committee().state.tree)
    expect(again.newest).toBeUndefined()
  })
})
