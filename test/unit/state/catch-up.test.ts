// A machine that gets many blocks at once, over several hand-overs, from a real chain [FIN-2, FIN-8].
import { expect, it } from 'vitest'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { createTransition } from '#base-layer/state/transition.ts'
import { ChainBuilder } from '#test/support/chain-builder.ts'

it('finalises over hand-overs that it learns of in one go, when the first of the blocks comes last [FIN-2]', () => {
  const chain = new ChainBuilder({ parameters: { lag: 8, period: 16, reveals: 4 } })
  chain.produceTo(60)
  const { genesisState } = chain
  const machine = createBaseMachine<ChainState>(
    { genesis: chain.genesis, parameters: chain.state.chain.parameters, self: null, recoveries: new Set() },
    { transition: createTransition(), finalBlockBytes: () => undefined, pickTransactions: () => [] },
    genesisState,
    genesisAnchor(genesisState)
  )
  const nowMs = (chain.state.header.slot + 1) * chain.state.chain.parameters.slotMs
  stepBaseMachine(machine, { kind: 'start', guard: null, nowMs })
  for (const block of chain.blocks.toReversed()) stepBaseMachine(machine, { kind: 'block', block, from: 'a', nowMs })
  expect(machine.head.id).toBe(chain.state.id)
  expect(machine.anchor.period).toBeGreaterThanOrEqual(2)
  expect(machine.final.height).toBe(chain.state.recordedFinal.height)
})
