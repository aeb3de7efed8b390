import { describe, expect, it } from 'vitest'
import { LOG_ENTRY_BYTES, STEP_KEYS_MAX, STEP_WORK_MAX } from '#contracts/assets/limits.ts'
import { CURSOR_KEY, cursorCodec, sequenceKey, sequencesCodec, templateStateKey } from '#contracts/assets/reserved.ts'
import { viewOf } from '#contracts/assets/state-view.ts'
import { type AssetContext, executeStep, type StepResult } from '#contracts/assets/step.ts'
import type { TemplateMachine, TemplateView } from '#contracts/assets/template.ts'
import { tokenKeys } from '#contracts/assets/token.ts'
import { decode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { INSTRUCTION_BYTES } from '#contracts/ledger/actions/log-post.ts'
import { opaqueOf, pathOf } from '#contracts/merkle/node.ts'
import { compareBytes, uintToBytes } from '#contracts/primitives/bytes.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { accept } from '#contracts/primitives/verdict.ts'
import {
  alice,
  bob,
  call,
  contextOf,
  fakeVerify,
  firstTree,
  issuer,
  Ledger,
  logEntry,
  nth,
  signedInstruction,
  expectValue
} from './fixtures.ts'

const mint = call('mint', { to: alice, amount: 100n })

function codeOf(result: StepResult): string {
  return result.kind === 'step' || result.kind === 'inadmissible' ? `${result.kind} ${result.code}` : result.kind
}

describe('an instruction [EXE-1, EXE-3]', () => {
  it('that is admissible becomes a step and uses its sequence', () => {
    const ledger = new Ledger()
    const result = ledger.run(ledger.input(signedInstruction(issuer, 0, [mint])))
    expect(result).toMatchObject({ kind: 'step', outcome: 'applied', code: '' })
    const value = ledger.tree.get(pathOf(sequenceKey(issuer)))?.value ?? new Uint8Array()
    expect(expectValue(decode(sequencesCodec, value, 99))).toEqual({ next: 1, used: 0n })
  })

  it('that fails leaves nothing but its used sequence', () => {
    const ledger = new Ledger()
    const result = ledger.run(ledger.input(signedInstruction(alice, 0, [call('transfer', { to: bob, amount: 1n })])))
    expect(result).toMatchObject({ kind: 'step', outcome: 'failed', code: 'E_TOKEN_BALANCE' })
    expect(result.kind === 'step' && result.writes.map(({ key }) => key)).toEqual([sequenceKey(alice)])
  })

  it('with a call nobody can read is a failed step, not an inadmissible one', () => {
    const ledger = new Ledger()
    expect(codeOf(ledger.run(ledger.input(signedInstruction(alice, 0, [Uint8Array.of(7)]))))).toBe('step E_CALL_FORM')
  })

  it('may come out of order within 64 sequences, each once', () => {
    const ledger = new Ledger()
    const send = (sequence: number) => codeOf(ledger.run(ledger.input(signedInstruction(issuer, sequence, [mint]))))
    expect(send(63)).toBe('step ')
    expect(send(64)).toBe('inadmissible E_INSTRUCTION_SEQUENCE')
    expect(send(63)).toBe('inadmissible E_INSTRUCTION_SEQUENCE')
    for (let sequence = 62; sequence >= 0; sequence--) expect(send(sequence)).toBe('step ')
    expect(send(5)).toBe('inadmissible E_INSTRUCTION_SEQUENCE')
    expect(send(127)).toBe('step ')
    const value = ledger.tree.get(pathOf(sequenceKey(issuer)))?.value ?? new Uint8Array()
    expect(expectValue(decode(sequencesCodec, value, 99))).toEqual({ next: 64, used: 1n << 63n })
  })

  it('runs at its last base height and not above it', () => {
    const ledger = new Ledger()
    ledger.baseHeight = 10
    const until = (notAfter: number, sequence: number) => signedInstruction(issuer, sequence, [mint], { notAfter })
    expect(codeOf(ledger.run(ledger.input(until(10, 0))))).toBe('step ')
    expect(codeOf(ledger.run(ledger.input(until(9, 1))))).toBe('inadmissible E_INSTRUCTION_EXPIRED')
  })

  it('for another asset is inadmissible', () => {
    const ledger = new Ledger()
    const other = signedInstruction(issuer, 0, [mint], { asset: hashHex<AssetId>('other-asset') })
    expect(codeOf(ledger.run(ledger.input(other)))).toBe('inadmissible E_INSTRUCTION_ASSET')
  })

  it('that another key signed is inadmissible', () => {
    const ledger = new Ledger()
    const bytes = signedInstruction(issuer, 0, [mint])
    bytes[bytes.length - 1] = nth([...bytes], bytes.length - 1) ^ 1
    expect(codeOf(ledger.run(ledger.input(bytes)))).toBe('inadmissible E_INSTRUCTION_SIGNATURE')
  })

  it('that is undecodable or over length is inadmissible', () => {
    const ledger = new Ledger()
    expect(codeOf(ledger.run(ledger.input(Uint8Array.of(1))))).toBe('inadmissible E_INSTRUCTION_FORM')
    expect(codeOf(ledger.run(ledger.input(new Uint8Array(INSTRUCTION_BYTES + 1))))).toBe(
      'inadmissible E_INSTRUCTION_SIZE'
    )
  })
})

describe('a log item [VAL-1]', () => {
  it('that holds an instruction runs it and moves the cursor', () => {
    const ledger = new Ledger()
    const entry = logEntry({ kind: 'instruction', instruction: signedInstruction(issuer, 0, [mint]) })
    expect(codeOf(ledger.run(ledger.logInput(entry, 0)))).toBe('step ')
    expect(ledger.balance(alice)).toBe(100n)
    expect(cursorOf(ledger)).toBe(1)
  })

  it('whose instruction is inadmissible is a step without effect', () => {
    const ledger = new Ledger()
    const entry = logEntry({ kind: 'instruction', instruction: signedInstruction(issuer, 99, [mint]) })
    const result = ledger.run(ledger.logInput(entry, 0))
    expect(result).toMatchObject({ kind: 'step', outcome: 'none', code: 'E_INSTRUCTION_SEQUENCE' })
    expect(result.kind === 'step' && result.writes.map(({ key }) => key)).toEqual([CURSOR_KEY])
  })

  it('that is undecodable is a step without effect', () => {
    const ledger = new Ledger()
    expect(ledger.run(ledger.logInput(Uint8Array.of(1), 0))).toMatchObject({
      kind: 'step',
      outcome: 'none',
      code: 'E_LOG_FORM'
    })
  })

  it.each([
    { kind: 'settled', sequence: 1, signers: [alice] },
    { kind: 'membership', epoch: 1, begins: 2, members: [{ validator: alice, rewards: bob }] }
  ] as const)('$kind moves the cursor and nothing else', item => {
    const ledger = new Ledger()
    const result = ledger.run(ledger.logInput(logEntry(item), 0))
    expect(result).toMatchObject({ kind: 'step', outcome: 'applied' })
    expect(result.kind === 'step' && result.writes.map(({ key }) => key)).toEqual([CURSOR_KEY])
  })

  it('that is not the next one is no step', () => {
    const ledger = new Ledger()
    const entry = logEntry({ kind: 'settled', sequence: 1, signers: [] })
    expect(codeOf(ledger.run(ledger.logInput(entry, 1)))).toBe('inadmissible E_LOG_CURSOR')
    ledger.run(ledger.logInput(entry, 0))
    expect(codeOf(ledger.run(ledger.logInput(entry, 0)))).toBe('inadmissible E_LOG_CURSOR')
  })

  it('of a later base height than the step is no step', () => {
    const ledger = new Ledger()
    const entry = logEntry({ kind: 'settled', sequence: 1, signers: [] }, 11)
    expect(codeOf(ledger.run(ledger.logInput(entry, 0)))).toBe('inadmissible E_LOG_AHEAD')
  })

  it('fits its limit however large the item is', () => {
    expect(
      logEntry({ kind: 'instruction', instruction: new Uint8Array(INSTRUCTION_BYTES) }, 2 ** 50).length
    ).toBeLessThanOrEqual(LOG_ENTRY_BYTES)
  })
})

describe('the interpreter [EXE-4]', () => {
  it('reports a key that its view does not show, and never takes it for absent', () => {
    const ledger = new Ledger()
    const input = ledger.input(signedInstruction(issuer, 0, [mint]))
    const result = executeStep(ledger.context, input, viewOf(opaqueOf(ledger.tree.root)), fakeVerify)
    expect(result).toEqual({ kind: 'missing', key: sequenceKey(issuer) })
  })

  it('gives writes as one set in order of key, and every key it touched', () => {
    const ledger = new Ledger()
    const result = ledger.run(ledger.input(signedInstruction(issuer, 0, [mint, mint])))
    if (result.kind !== 'step') throw new Error('no step')
    const keys = result.writes.map(({ key }) => key)
    expect(keys).toEqual([...keys].sort(compareBytes))
    expect([...result.touched].sort(compareBytes)).toEqual(
      [sequenceKey(issuer), templateStateKey(tokenKeys.supply), templateStateKey(tokenKeys.balance(alice))].sort(
        compareBytes
      )
    )
  })

  it('refuses to run as an engine it is not', () => {
    const context = { ...contextOf(), engine: 2 }
    const input = new Ledger().input(signedInstruction(issuer, 0, [mint]))
    expect(executeStep(context, input, viewOf(firstTree().node), fakeVerify).kind).toBe('fault')
  })

  it('answers with a fault, not an exception, when a template breaks', () => {
    expect(
      runWith(() => {
        throw new TypeError('broken')
      })
    ).toEqual({ kind: 'fault', why: 'broken' })
  })

  const key = (n: number) => uintToBytes(n, 4)
  const bodies: readonly (readonly [what: string, body: (view: TemplateView) => void])[] = [
    [
      'one key too many',
      view => {
        for (let i = 0; i < STEP_KEYS_MAX; i++) view.get(key(i))
      }
    ],
    [
      'too much work',
      view => {
        for (let i = 0; i <= STEP_WORK_MAX; i++) view.get(key(0))
      }
    ],
    [
      'too many bytes',
      view => {
        for (let i = 0; i < 9; i++) view.put(key(i), new Uint8Array(1024))
      }
    ],
    ['a value over its limit', view => view.put(key(0), new Uint8Array(2049))],
    ['a key over its limit', view => view.put(new Uint8Array(129), key(0))],
    [
      'a fifth signature',
      view => {
        for (let i = 0; i < 4; i++) view.verify(alice, key(i), key(i))
      }
    ]
  ]
  it.each(bodies)('makes a failed step of %s, undoing all but the sequence', (_, body) => {
    const result = runWith(view => {
      view.put(key(0), key(1))
      body(view)
    })
    expect(result).toMatchObject({ kind: 'step', outcome: 'failed', code: 'E_STEP_LIMIT' })
    expect(result.kind === 'step' && result.writes.map(write => write.key)).toEqual([sequenceKey(issuer)])
  })

  it('lets a step have all keys that the limit allows', () => {
    const result = runWith(view => {
      for (let i = 0; i < STEP_KEYS_MAX - 1; i++) view.put(key(i), key(i))
    })
    expect(result).toMatchObject({ kind: 'step', outcome: 'applied' })
  })

  it('keeps the template out of the reserved keys', () => {
    const result = runWith(view => view.put(CURSOR_KEY, key(9)))
    expect(result.kind === 'step' && result.writes.map(write => write.key)).toEqual([
      sequenceKey(issuer),
      templateStateKey(CURSOR_KEY)
    ])
  })

  function runWith(body: (view: TemplateView) => void): StepResult {
    const machine: TemplateMachine = {
      initialEntries: () => [],
      applyCall: (_, view) => {
        body(view)
        return accept()
      }
    }
    const context: AssetContext = { ...contextOf(), machine }
    const input = new Ledger().input(signedInstruction(issuer, 0, [mint]))
    return executeStep(context, input, viewOf(firstTree().node), fakeVerify)
  }
})

function cursorOf(ledger: Ledger): number {
  return expectValue(decode(cursorCodec, ledger.tree.get(pathOf(CURSOR_KEY))?.value ?? new Uint8Array(), 9))
}
