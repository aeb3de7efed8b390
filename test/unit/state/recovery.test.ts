// A table that is stuck and the file that replaces it, on a real chain [FIN-9], with machines that follow it or do not.
import { beforeEach, describe, expect, it } from 'vitest'
import type { BaseEffect } from '#base-layer/consensus/events.ts'
import { genesisAnchor } from '#base-layer/consensus/anchor.ts'
import { createBaseMachine, stepBaseMachine } from '#base-layer/consensus/machine.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { exportAnchor, exportState, importState } from '#base-layer/state/persistence.ts'
import { createTransition } from '#base-layer/state/transition.ts'
import { applyBlock } from '#base-layer/state/transition.ts'
import { buildAdvance, type FinalEffect } from '#base-layer/chain/finalise.ts'
import {
  checkFinalityProof,
  finalityProofCodec,
  type Handover,
  handoverCodec
} from '#base-layer/light/finality-proof.ts'
import { deriveTrustedStart } from '#base-layer/light/trusted-start.ts'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { BlockId, Hash, OutputId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { fewestVotes } from '#contracts/statements/certificate.ts'
import {
  type RecoveryBody,
  recoveryFileCodec,
  recoveryIdOf,
  recoverySigningBytes
} from '#contracts/statements/recovery.ts'
import { actor, ChainBuilder, type Peer, shares } from '#test/support/chain-builder.ts'

const olga = actor('olga')

function decoded<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const verdict = decode(codec, bytes, bytes.length)
  if (!verdict.ok) throw new Error(verdict.why)
  return verdict.value
}
const chain = new ChainBuilder({ peers: ['alice', 'bob', 'carol', 'dave', 'erin'] })
const [alice, bob, carol, dave, erin] = chain.peers as readonly [Peer, Peer, Peer, Peer, Peer]
const LEFT = [alice, bob, carol]
chain.produceTo(20)
// Two fifths of the table never come back.
chain.awake = LEFT
const states: ChainState[] = []
while (chain.state.height < 46) {
  states[chain.state.height] = chain.state
  chain.produce()
}
const stuck = chain.state
const blocks = [...chain.blocks]

beforeEach(() => {
  chain.rewind(stuck)
  chain.blocks.splice(0, chain.blocks.length, ...blocks)
  chain.awake = LEFT
})

/** The output that a peer holds with itself, which counts in the first table. */
function outputOf(one: Peer): OutputId {
  const found = [...chain.genesisState.entries('outputs')].find(
    ([, { output }]) => output.kind === 'key' && output.owner === one.key
  )
  return present(found, 'every peer holds one')[0]
}

const idAt = (height: number): BlockId => present(chain.state.ancestorAt(height), 'a block of this chain')

function bodyOf(changes: Partial<RecoveryBody> = {}): RecoveryBody {
  const table = LEFT.map(one => ({ peer: one.key, weight: shares(5000) })).sort((a, b) => (a.peer < b.peer ? -1 : 1))
  return { genesis: chain.genesis, period: 2, height: 40, block: idAt(40), table, ...changes }
}

interface Wishes {
  readonly body?: RecoveryBody
  readonly signers?: readonly Peer[]
  readonly outputs?: (one: Peer) => readonly OutputId[]
}

function recover({ body = bodyOf(), signers = LEFT, outputs = one => [outputOf(one)] }: Wishes = {}): Transaction {
  const holders = signers.map(one => ({
    owner: one.key,
    outputs: outputs(one),
    signature: signMessage(one.secret, recoverySigningBytes(body))
  }))
  holders.sort((a, b) => (a.owner < b.owner ? -1 : 1))
  const file = encode(recoveryFileCodec, { body, holders })
  return chain.spend({ from: olga, action: { kind: 'finality.recover', file } })
}

describe('finality.recover [FIN-9]', () => {
  it('puts the table of the file in the place of the one that is stuck, and finality goes on', () => {
    const { recordedFinal, ticks } = stuck
    expect(recordedFinal.height).toBeLessThan(20)
    chain.produce([recover()])
    const id = recoveryIdOf(bodyOf())
    expect(chain.state.finalityPeriod).toEqual({ period: 2, recovery: id })
    expect(chain.state.recoveries).toEqual([id])
    expect(chain.state.justified).toEqual([{ epoch: 0, height: 40, id: idAt(40) }])
    // Nothing becomes final by the file alone.
    expect(chain.state.recordedFinal).toEqual(recordedFinal)
    expect(chain.state.ticks).toBe(ticks)
    chain.produceTo(60)
    expect(chain.state.recordedFinal.height).toBeGreaterThanOrEqual(47)
    expect(chain.state.ticks).toBeGreaterThan(ticks + 8)
    // The next table is the chain's own, without those that did not vote.
    chain.produceTo(125)
    expect(chain.state.finalityPeriod).toEqual({ period: 3, recovery: null })
    expect(chain.state.tableOf(3)?.entries.map(entry => entry.peer)).toEqual(LEFT.map(one => one.key).sort())
    expect([0, 1, 2].map(period => chain.state.isPassedOver(period))).toEqual([true, true, false])
  })

  it('counts no certificate of the old table any more, nor one of the new for a block before it', () => {
    chain.produce([recover()])
    chain.produceTo(50)
    const plain = present(stuck.justified.at(-1), 'a source')
    const root = present(stuck.justified[0], 'a root')
    const old = { period: 0, recovery: null, root, source: plain, target: { epoch: 30, height: 41, id: idAt(41) } }
    const early = {
      ...present(chain.certify(chain.state.header.slot + 4)[0], 'a certificate').vote,
      target: { epoch: 30, height: 45, id: idAt(45) }
    }
    const refusal = (vote: typeof old | typeof early, voters: readonly Peer[]): string | undefined => {
      const { block } = chain.draft([])
      const verdict = applyBlock(chain.state, { ...block, certificates: [chain.certificate(vote, voters)] })
      return verdict.ok ? undefined : verdict.code
    }
    expect(refusal(old, chain.peers)).toBe('E_CERT_PERIOD')
    expect(refusal({ ...early, source: present(chain.state.justified[0], 'root') }, LEFT)).toBe('E_CERT_TARGET')
  })

  it('is refused while the chain ticks', () => {
    const other = new ChainBuilder({ peers: ['alice', 'bob', 'carol', 'dave', 'erin'] })
    other.produceTo(20)
    const file = present(recover().action, 'an action')
    expect(other.refusalOf(other.spend({ from: olga, action: file }))).toBe('E_RECOVERY_EARLY')
  })

  it('is refused if it is signed by half of the shares or less', () => {
    expect(chain.refusalOf(recover({ signers: [alice, bob] }))).toBe('E_RECOVERY_WEIGHT')
    expect(chain.refusalOf(recover({ signers: [dave, erin, alice] }))).toBeUndefined()
  })

  it('is refused with outputs that did not count, are spent, or are not the signer’s', () => {
    const foreign = recover({ outputs: one => [outputOf(one === alice ? dave : one)] })
    expect(chain.refusalOf(foreign)).toBe('E_RECOVERY_HOLDER')
    const strange = recover({ outputs: one => [one === alice ? hashHex<OutputId>('nowhere') : outputOf(one)] })
    expect(chain.refusalOf(strange)).toBe('E_RECOVERY_HOLDER')
    const loose = present(
      [...chain.state.entries('outputs')].find(([, { output }]) => output.kind === 'key' && output.host === null),
      'an output without a host'
    )
    const unhosted = recover({
      signers: [{ ...alice, ...olga }, ...LEFT],
      outputs: one => [one.key === olga.key ? loose[0] : outputOf(one)]
    })
    expect(chain.refusalOf(unhosted)).toBe('E_RECOVERY_HOLDER')
    chain.produce([chain.spend({ from: alice, inputs: [outputOf(alice)], to: [] })])
    expect(chain.refusalOf(recover())).toBe('E_RECOVERY_HOLDER')
  })

  it('is refused for a block beside this chain or below what is final, and for periods past or to come', () => {
    const wrong = (changes: Partial<RecoveryBody>): string | undefined =>
      chain.refusalOf(recover({ body: bodyOf(changes) }))
    expect(wrong({ block: hashHex<BlockId>('elsewhere') })).toBe('E_RECOVERY_PLACE')
    expect(wrong({ height: 5, block: idAt(5) })).toBe('E_RECOVERY_PLACE')
    expect(wrong({ period: 3 })).toBe('E_RECOVERY_PLACE')
    // Period 0 ends at 41, and this is block 47.
    expect(wrong({ period: 0 })).toBe('E_RECOVERY_PLACE')
    chain.produce([recover()])
    chain.awake = [alice, bob]
    chain.produceTo(60)
    expect(wrong({ height: 45, block: idAt(45) })).toBe('E_RECOVERY_PLACE')
  })

  it('is refused before the chain has made the table of the period that a first file reached ahead to', () => {
    const body = bodyOf()
    chain.produce([recover({ body })])
    chain.awake = [alice, bob]
    chain.produceTo(63)
    // Block 64 takes the snapshot of period 2 only at its end.
    const later = bodyOf({ period: 3, height: 50, block: idAt(50) })
    expect(chain.refusalOf(recover({ body: later }))).toBe('E_RECOVERY_PLACE')
    chain.produce()
    expect(chain.refusalOf(recover({ body: later }))).toBeUndefined()
  })

  it('is refused with a peer in its table that has no bond to lose', () => {
    const table = [{ peer: olga.key, weight: 1n }]
    expect(chain.refusalOf(recover({ body: bodyOf({ table }) }))).toBe('E_RECOVERY_PEER')
  })

  it('that its transaction cannot pay for leaves nothing behind', () => {
    const poor = chain.spend({ from: olga, action: present(recover().action, 'an action'), fee: 0n })
    expect(chain.refusalOf(poor)).toBe('E_TX_FEE')
    const { block, dropped } = chain.draft([poor])
    chain.append(block)
    expect(dropped).toHaveLength(1)
    expect(chain.state.finalityPeriod).toEqual({ period: 0, recovery: null })
  })
})

describe('a chain with a recovered period [FIN-8, FIN-9]', () => {
  it('goes on from a stored state of every height as it went on without a restart', () => {
    chain.produce([recover()])
    while (chain.state.height < 112) {
      const stored = chain.state
      const block = chain.produce()
      const restored = importState(chain.document, exportAnchor(stored), exportState(stored))
      if (!restored.ok) throw new Error(`${stored.height}: ${restored.why}`)
      const applied = applyBlock(restored.value, block)
      expect(applied.ok && applied.value.id, `${stored.height}`).toBe(chain.state.id)
    }
    expect(chain.state.finalityPeriod).toEqual({ period: 3, recovery: null })
  })
})

describe('a node [FIN-9]', () => {
  /** Feeds the whole chain to a machine that signs nothing, as a late joiner gets it. */
  function follow(recoveries: readonly Hash[]) {
    const { genesisState } = chain
    const settings = {
      genesis: chain.genesis,
      parameters: genesisState.chain.parameters,
      self: null,
      recoveries: new Set(recoveries)
    }
    const machine = createBaseMachine<ChainState>(
      settings,
      { transition: createTransition(), finalBlockBytes: () => undefined, pickTransactions: () => [] },
      genesisState,
      genesisAnchor(genesisState)
    )
    const said: BaseEffect<ChainState>[] = []
    const nowMs = (Math.max(...chain.blocks.map(block => block.header.slot)) + 2) * 500
    said.push(...stepBaseMachine(machine, { kind: 'start', guard: null, nowMs }))
    for (const block of chain.blocks) said.push(...stepBaseMachine(machine, { kind: 'block', block, from: 'x', nowMs }))
    return { machine, said }
  }

  it('follows the file only if its operator installed it, and says so', () => {
    chain.produce([recover()])
    chain.produceTo(70)
    const id = recoveryIdOf(bodyOf())
    const with_ = follow([id])
    expect(with_.said).toContainEqual({ kind: 'recovered', period: 2, recovery: id })
    expect(with_.machine.anchor).toMatchObject({ period: 2, recovery: id, root: { epoch: 0, height: 40 } })
    expect(with_.machine.final.height).toBeGreaterThanOrEqual(60)
    const without = follow([])
    expect(without.machine.final.height).toBeLessThan(20)
    expect(without.machine.conflicted).toBe(false)
    expect(without.machine.head.id).toBe(with_.machine.head.id)
    // What it is handed is not blamed on whoever hands it over.
    expect(without.said.filter(effect => effect.kind === 'penalise')).toEqual([])
  })

  it('follows it too where the blocks after the file came before what they stand on', () => {
    chain.produce([recover()])
    chain.produceTo(70)
    const all = [...chain.blocks]
    // The block before the file comes last, and sets everything above it free at once.
    chain.blocks.splice(0, chain.blocks.length, ...all.slice(0, 45), ...all.slice(46), ...all.slice(45, 46))
    const { machine } = follow([recoveryIdOf(bodyOf())])
    expect(machine.head.height).toBe(70)
    expect(machine.final.height).toBeGreaterThanOrEqual(60)
  })

  it('starts again from what it stored where finality went on and the file came in one step', () => {
    chain.produce([recover()])
    const id = recoveryIdOf(bodyOf())
    // A block below what became final under the first table comes last.
    const all = [...chain.blocks]
    chain.blocks.splice(0, chain.blocks.length, ...all.slice(0, 10), ...all.slice(11), ...all.slice(10, 11))
    const { machine, said } = follow([id])
    expect(machine.anchor).toMatchObject({ period: 2, recovery: id })
    const stored = present(
      said.findLast(effect => effect.kind === 'final'),
      'an advance'
    )
    const again = createBaseMachine<ChainState>(
      {
        genesis: chain.genesis,
        parameters: chain.genesisState.chain.parameters,
        self: null,
        recoveries: new Set([id])
      },
      { transition: createTransition(), finalBlockBytes: () => undefined, pickTransactions: () => [] },
      present(stored.steps.at(-1), 'a block').state,
      stored.anchor
    )
    for (const block of all.slice(again.final.height)) stepBaseMachine(again, { kind: 'restored-block', block })
    stepBaseMachine(again, { kind: 'start', guard: null, nowMs: 60_000 })
    expect(again.head.id).toBe(machine.head.id)
    expect(again.anchor).toEqual(machine.anchor)
  })

  it('goes on under the table that the chain chooses after it', () => {
    const id = recoveryIdOf(bodyOf())
    chain.produce([recover()])
    chain.produceTo(125)
    const { machine } = follow([id])
    expect(machine.anchor).toMatchObject({ period: 3, recovery: null })
    expect(machine.final.height).toBeGreaterThan(115)
  })

  it('proves finality across it to a wallet that was given the file, and to no other [FIN-10]', () => {
    const body = bodyOf()
    chain.produce([recover({ body })])
    chain.produceTo(125)
    const { said } = follow([recoveryIdOf(body)])
    let [before, anchor] = [chain.genesisState, genesisAnchor(chain.genesisState)]
    const handovers: Handover[] = []
    let newest: FinalEffect | undefined
    for (const effect of said) {
      if (effect.kind !== 'final') continue
      const advance = buildAdvance(effect, before, anchor, [])
      expect(advance.missing).toEqual([])
      for (const { bytes } of advance.handovers) handovers.push(decoded(handoverCodec, bytes))
      before = present(effect.steps.at(-1), 'a block').state
      anchor = effect.anchor
      newest = effect
    }
    const certificates = present(newest, 'an advance').proof.map(one =>
      fewestVotes(present(before.votingTable(one.vote), 'a table'), one)
    )
    const proof = encode(finalityProofCodec, { handovers, certificates, header: before.header })
    const start = deriveTrustedStart(chain.document)
    if (!start.ok) throw new Error(start.why)
    expect(handovers.map(one => one.header.height)).toEqual([105])
    expect(checkFinalityProof(start.value, proof)).toMatchObject({ code: 'E_FINALITY_RECOVERY' })
    const given = checkFinalityProof({ ...start.value, recoveries: [body] }, proof)
    expect(given).toMatchObject({ ok: true, value: { id: before.id } })
    const other = checkFinalityProof({ ...start.value, recoveries: [{ ...body, height: 41 }] }, proof)
    expect(other).toMatchObject({ code: 'E_FINALITY_RECOVERY' })
  })

  it('that has finalised another block at that height never leaves it', () => {
    const id = recoveryIdOf(bodyOf())
    const first = chain.produce([recover()])
    chain.produceTo(60)
    const lawful = [...chain.blocks]
    // Elsewhere the whole table came back in time, and finalised another branch from below the file's block.
    const below = present(states[30], 'a state')
    chain.rewind(below)
    chain.blocks.splice(0, chain.blocks.length, ...blocks.slice(0, 30))
    chain.produceTo(50)
    expect(chain.state.recordedFinal.height).toBeGreaterThan(40)
    const other = [...chain.blocks]
    chain.blocks.splice(0, chain.blocks.length, ...other, ...lawful.slice(30))
    const { machine, said } = follow([id])
    expect(machine.anchor.recovery).toBeNull()
    expect(machine.final.height).toBeGreaterThan(40)
    expect(other.map(block => block.header)).toContainEqual(machine.final.header)
    expect(said.filter(effect => effect.kind === 'recovered')).toEqual([])
    expect(first.header.height).toBe(47)
  })
})
