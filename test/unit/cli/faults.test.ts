import { describe, expect, it } from 'vitest'
import { lyingInterpreter, Faults, type Lie } from '#cli/devnet/faults.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { executeStep, type StepResult } from '#contracts/assets/step.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { decode } from '#contracts/codec/codec.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import {
  ASSET,
  alice,
  call,
  expectValue,
  fakeVerify,
  issuer,
  keyOf,
  Ledger,
  logEntry,
  mallory,
  signedInstruction
} from '#test/unit/assets/fixtures.ts'

const LIE: Lie = { asset: ASSET, sequence: 3, account: mallory, atoms: 500n }
const MINT = signedInstruction(issuer, 0, [call('mint', { to: alice, amount: 100n })])

function creditOf(result: StepResult): bigint | undefined {
  if (result.kind !== 'step') throw new Error(result.kind)
  const name = bytesToHex(templateStateKey(tokenKeys.balance(mallory)))
  const write = result.writes.find(({ key }) => bytesToHex(key) === name)
  return write?.value == null ? undefined : expectValue(decode(tokenAmountCodec, write.value, 16))
}

describe('a member that lies on request [CKP-4]', () => {
  const lie = lyingInterpreter(LIE)

  it('credits an account that no instruction named, and does the honest writes beside', () => {
    const ledger = new Ledger()
    const input = ledger.input(MINT)
    const told = lie(ledger.context, input, viewOf(ledger.tree.node), fakeVerify)
    const honest = executeStep(ledger.context, input, viewOf(ledger.tree.node), fakeVerify)
    expect(creditOf(told)).toBe(500n)
    expect(creditOf(honest)).toBeUndefined()
    if (told.kind !== 'step' || honest.kind !== 'step') throw new Error('both are steps')
    expect(told.writes).toHaveLength(honest.writes.length + 1)
    const keys = told.writes.map(({ key }) => bytesToHex(key))
    expect(keys).toEqual([...keys].sort())
  })

  it('tells the same lie twice, so that a quorum of liars agrees', () => {
    const ledger = new Ledger()
    const tell = () => lie(ledger.context, ledger.input(MINT), viewOf(ledger.tree.node), fakeVerify)
    expect(tell()).toEqual(tell())
  })

  it('credits once: afterwards the account owns something', () => {
    const ledger = new Ledger()
    expect(ledger.does(issuer, 'mint', { to: mallory, amount: 7n })).toBe('')
    const input = ledger.input(signedInstruction(issuer, 1, [call('mint', { to: alice, amount: 1n })]))
    expect(creditOf(lie(ledger.context, input, viewOf(ledger.tree.node), fakeVerify))).toBeUndefined()
  })

  it('leaves log items and inadmissible instructions alone', () => {
    const ledger = new Ledger()
    const view = viewOf(ledger.tree.node)
    const entry = logEntry({ kind: 'settled', sequence: 1, signers: [keyOf('ada')] })
    expect(creditOf(lie(ledger.context, ledger.logInput(entry, 0), view, fakeVerify))).toBeUndefined()
    const forged = signedInstruction(issuer, 99, [call('mint', { to: alice, amount: 1n })])
    expect(lie(ledger.context, ledger.input(forged), view, fakeVerify).kind).toBe('inadmissible')
  })

  it('lies in one sequence of one asset, and only while it is told to', () => {
    const faults = new Faults()
    const place = { sequence: 3, firstStep: 0, stepCount: 0 }
    expect(faults.interpreterOf(ASSET, place)).toBeUndefined()
    faults.setLie(LIE)
    expect(faults.interpreterOf(ASSET, place)).toBeDefined()
    expect(faults.interpreterOf(ASSET, { ...place, sequence: 4 })).toBeUndefined()
    faults.setLie({ ...LIE, asset: keyOf('other') as string as Lie['asset'] })
    expect(faults.interpreterOf(ASSET, place)).toBeUndefined()
    faults.setLie(undefined)
    expect(faults.interpreterOf(ASSET, place)).toBeUndefined()
  })
})
