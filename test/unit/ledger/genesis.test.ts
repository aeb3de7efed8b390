// The genesis document: what starts a network and each way not to [GEN-1, PAR-1].
import { describe, expect, it } from 'vitest'
import { createGenesis } from '#base-layer/state/genesis-state.ts'
import { checkGenesis, type Genesis, genesisHashOf, genesisSupply } from '#contracts/ledger/genesis.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { ChainBuilder, shares } from '#test/support/chain-builder.ts'

const { document } = new ChainBuilder()
const codeOf = (change: Partial<Genesis>): string | undefined => {
  const checked = checkGenesis({ ...document, ...change })
  return checked.ok ? undefined : checked.code
}
const [first] = document.peers
const [output] = document.outputs
if (first === undefined || output?.kind !== 'key') throw new Error('a peer and an output')
const small = `01${'00'.repeat(31)}` as PublicKey

describe('a genesis document', () => {
  it('gives a final block 0 whose peers are in the table of period 0, and all the coin there will be', () => {
    const created = createGenesis(document)
    if (!created.ok) throw new Error(created.code)
    const state = created.value
    expect(genesisSupply(document)).toBe(shares(40_400))
    expect(state.tableAt(0)?.entries).toHaveLength(4)
    expect(state.recordedFinal).toEqual({ epoch: 0, height: 0, id: state.id })
    expect(state.justified).toEqual([state.recordedFinal])
    expect(state.ticksSince(0)).toBe(0)
    expect(genesisHashOf({ ...document, genesisTimeMs: 1 })).not.toBe(state.chain.genesis)
  })

  it('is refused with parameters, peers or outputs that could not start a network', () => {
    expect(codeOf({})).toBeUndefined()
    expect(codeOf({ parameters: { ...document.parameters, lag: 7 } })).toBe('E_PARAMETERS')
    expect(codeOf({ prefix: 'Not' })).toBe('E_GENESIS_PREFIX')
    expect(codeOf({ peers: [first, first] })).toBe('E_GENESIS_PEER')
    expect(codeOf({ peers: [{ ...first, bondAtoms: 1n }] })).toBe('E_GENESIS_PEER')
    expect(codeOf({ peers: [{ ...first, vrfKey: small }] })).toBe('E_GENESIS_PEER')
    expect(codeOf({ outputs: [{ ...output, atoms: 0n }] })).toBe('E_GENESIS_OUTPUT')
    expect(codeOf({ outputs: [{ ...output, owner: small }] })).toBe('E_GENESIS_OUTPUT')
    expect(codeOf({ outputs: [{ ...output, host: null }] })).toBe('E_GENESIS_WEIGHT')
    expect(codeOf({ outputs: [{ ...output, atoms: (1n << 63n) - 1n }] })).toBe('E_GENESIS_SUPPLY')
  })
})
