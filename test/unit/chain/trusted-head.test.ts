// How long a node may go on from what is final in its folder, and what a trusted head decides [FIN-5].
import { describe, expect, it } from 'vitest'
import { checkTrust } from '#base-layer/chain/trusted-head.ts'
import { anchorAt, genesisAnchor } from '#base-layer/consensus/anchor.ts'
import type { BaseEffect, TrustedHead } from '#base-layer/consensus/events.ts'
import { createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { createTransition } from '#base-layer/state/transition.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import { ChainBuilder } from '#test/support/chain-builder.ts'

const chain = new ChainBuilder()
chain.produceTo(60)
const { state } = chain
const madeMs = chain.document.genesisTimeMs + state.header.timeMs
const DAY_MS = 86_400_000
const idAt = (height: number): BlockId | undefined => (height === state.height ? state.id : state.ancestorAt(height))
const elsewhere = hashHex<BlockId>('elsewhere')

describe('what is final in a folder [FIN-5]', () => {
  const codeAt = (nowMs: number, trusted?: TrustedHead): string | undefined => {
    const verdict = checkTrust(state, trusted, idAt, nowMs)
    return verdict.ok ? undefined : verdict.code
  }

  it('leads on for as long as the bonds behind it are held, a day at least', () => {
    expect(codeAt(madeMs)).toBeUndefined()
    expect(codeAt(madeMs + DAY_MS)).toBeUndefined()
    expect(codeAt(madeMs + DAY_MS + 1)).toBe('E_DATA_STALE')
  })

  it('leads on with a trusted head that is above it or one of its blocks, however old it is', () => {
    const late = madeMs + 100 * DAY_MS
    expect(codeAt(late, { height: state.height, id: state.id })).toBeUndefined()
    expect(codeAt(late, { height: state.height + 5, id: elsewhere })).toBeUndefined()
    expect(codeAt(late, { height: state.height, id: elsewhere })).toBe('E_DATA_UNTRUSTED')
    expect(codeAt(madeMs, { height: state.height, id: elsewhere })).toBe('E_DATA_UNTRUSTED')
    // Blocks from before the state that a folder began with are not there to be compared.
    expect(checkTrust(state, { height: 3, id: elsewhere }, () => undefined, late).ok).toBe(true)
  })
})

describe('a node with a trusted head', () => {
  function follow(trusted: TrustedHead) {
    const { genesisState } = chain
    const { genesis, parameters } = genesisState.chain
    const machine = createBaseMachine<ChainState>(
      { genesis, parameters, self: null, recoveries: new Set(), trusted },
      { transition: createTransition(), finalBlockBytes: () => undefined, pickTransactions: () => [] },
      genesisState,
      genesisAnchor(genesisState)
    )
    const nowMs = state.header.timeMs + 1000
    const said: BaseEffect<ChainState>[] = [...stepBaseMachine(machine, { kind: 'start', guard: null, nowMs })]
    for (const block of chain.blocks) said.push(...stepBaseMachine(machine, { kind: 'block', block, from: 'x', nowMs }))
    return { machine, said }
  }

  it('follows finality through it', () => {
    const { machine, said } = follow({ height: 45, id: present(idAt(45), 'a block') })
    expect(machine.conflicted).toBe(false)
    expect(machine.final.height).toBeGreaterThan(50)
    // Where finality stands follows from the certificates alone, at hand-overs too.
    const { parameters } = state.chain
    for (const effect of said) {
      if (effect.kind !== 'final') continue
      expect(anchorAt(effect.proof[0].vote, parameters)).toEqual(effect.anchor)
    }
    const { parameters: p } = state.chain
    expect(said.some(effect => effect.kind === 'final' && effect.anchor.final.height === lastHeightOf(0, p))).toBe(true)
  })

  it('stops where finality goes past it beside it, and says so', () => {
    const { machine, said } = follow({ height: 45, id: elsewhere })
    expect(machine.conflicted).toBe(true)
    expect(machine.final.height).toBeLessThan(45)
    expect(said.filter(effect => effect.kind === 'conflict')).toHaveLength(1)
  })
})
