// A late joiner's first state without a replay [FIN-5]: from a head somebody trusts, by light-client updates to
// what is final now, then the leaves of that block's state from one peer, which must hash to the root in its
// header. What does not fit is forgotten and another peer is asked.
import { encode } from '#contracts/codec/codec.ts'
import { type Genesis, genesisHashOf } from '#contracts/ledger/genesis.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import { accept, reject, type Rejection, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Block, blockIdOf } from '#contracts/statements/block.ts'
import { anchorCodec, proofCodec } from '../chain/finalise.ts'
import type { Restored } from '../chain/restore.ts'
import { anchorAt } from '../consensus/anchor.ts'
import type { TrustedHead } from '../consensus/events.ts'
import { createLightClient, follow, type LightClient, positionOf, stepLightClient } from '../light/light-client.ts'
import type { TrustedStart } from '../light/finality-proof.ts'
import { deriveTrustedStart } from '../light/trusted-start.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Host } from '../runtime/host.ts'
import type { Logger } from '../runtime/logger.ts'
import { importState } from '../state/persistence.ts'
import type { StoredEntry } from '../state/trees/section-trees.ts'
import { SECTION_NAMES } from '../state/trees/sections.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { Asker } from './asker.ts'
import { readBlock } from './block-intake.ts'
import { SYNC_LIMITS } from './limits.ts'
import { type Questions, questionsOf } from './questions.ts'
import { type SnapshotHead, wireNames } from './wire.ts'

export interface SnapshotParts {
  readonly host: Host
  readonly document: Genesis
  readonly trusted: TrustedHead
  readonly clock: Clock
  readonly logger: Logger
}

export interface Snapshot extends Restored {
  readonly block: Block
  readonly bytes: Uint8Array
  readonly stateBytes: Uint8Array
  readonly certificates: SnapshotHead['certificates']
  readonly entries: readonly StoredEntry[]
}

type SnapshotCode = 'E_SNAPSHOT_NONE' | 'E_SNAPSHOT_FALSE'

/**
 * Into an empty store, from whichever peer comes up with it; gives up
 * after a while, and then the chain is replayed.
 */
export async function joinBySnapshot(store: ChainStore, parts: SnapshotParts): Promise<boolean> {
  for (let round = 0; round < SYNC_LIMITS.snapshotRounds; round++) {
    const found = await fetchSnapshot(parts)
    if (found.ok) {
      installSnapshot(store, parts.document, found.value)
      parts.logger.info({ height: found.value.state.height }, 'started from the state of a final block')
      return true
    }
    await new Promise<void>(resolve => {
      parts.clock.setTimer(SYNC_LIMITS.snapshotRetryMs, resolve)
    })
  }
  parts.logger.warn({ trusted: parts.trusted }, 'nobody offers a state: replaying the chain')
  return false
}

/** Asks every connected peer in turn. E_SNAPSHOT_NONE: nobody offers one; the chain can still be replayed. */
export async function fetchSnapshot(parts: SnapshotParts): Promise<Verdict<Snapshot>> {
  const start = deriveTrustedStart(parts.document)
  if (!start.ok) return start
  const asker = new Asker(parts.host, parts.logger)
  const questions = questionsOf(wireNames(genesisHashOf(parts.document)))
  for (const peer of parts.host.peers()) {
    const found = await new Joiner(parts, asker, questions, start.value, peer).run()
    if (found.ok) return found
    parts.logger.info({ peer, code: found.code, why: found.why }, 'no state from this peer')
    if (found.code !== 'E_SNAPSHOT_NONE') asker.drop(peer, found.why)
  }
  return reject('E_SNAPSHOT_NONE', 'no peer offers a state that the trusted head leads to')
}

/** Makes an empty store one whose final block is the snapshot's. */
export function installSnapshot(store: ChainStore, document: Genesis, snapshot: Snapshot): void {
  const { block, bytes, entries, anchor, stateBytes, certificates, state } = snapshot
  const { height, slot } = block.header
  store.begin({ id: state.id, height, slot, bytes }, entries, {
    genesis: hexToBytes(genesisHashOf(document)),
    anchor: encode(anchorCodec, anchor),
    proof: encode(proofCodec, certificates),
    state: stateBytes
  })
}

/** One attempt with one peer. */
class Joiner {
  readonly #parts: SnapshotParts
  readonly #asker: Asker
  readonly #questions: Questions
  readonly #start: TrustedStart
  readonly #peer: string

  constructor(parts: SnapshotParts, asker: Asker, questions: Questions, start: TrustedStart, peer: string) {
    this.#parts = parts
    this.#asker = asker
    this.#questions = questions
    this.#start = start
    this.#peer = peer
  }

  async run(): Promise<Verdict<Snapshot>> {
    const client = await this.#client()
    if (!client.ok) return client
    const head = await this.#asker.ask(this.#peer, this.#questions.snapshotHead, {})
    if (head === undefined || head === null) return none('no state is offered')
    const block = readBlock(head.block)
    if (block === undefined) return wrong('the block of the state does not read')
    // The offer may be a little newer or older than the head: its own certificates say whether it is final.
    const final = follow(client.value, { handovers: [], certificates: head.certificates, header: block.header })
    if (!final.ok) return final
    const id = blockIdOf(block.header)
    const [justifies] = head.certificates
    if (justifies === undefined) return wrong('nothing makes the block final')
    const anchor = anchorAt(justifies.vote, this.#start.parameters)
    const entries = await this.#leaves(id, head.chunks)
    if (entries === undefined) return none('not all of the state came')
    const state = importState(this.#parts.document, head.state, entries)
    if (!state.ok) return state
    if (state.value.id !== id) return wrong('the state is of another block')
    const { state: stateBytes, certificates, block: bytes } = head
    return accept({ block, bytes, entries, stateBytes, certificates, state: state.value, anchor })
  }

  /** From the trusted head to what is final now. */
  async #client(): Promise<Verdict<LightClient>> {
    const { trusted, clock } = this.#parts
    const shown = await this.#asker.ask(this.#peer, this.#questions.anchor, { height: trusted.height })
    if (shown === undefined || shown === null) return none('the trusted head is not known there')
    const nowMs = clock.nowMs()
    const begun = createLightClient({ kind: 'anchor', start: this.#start, id: trusted.id, bytes: shown }, nowMs)
    if (!begun.ok) return begun
    let client = begun.value
    for (;;) {
      const bytes = await this.#asker.ask(this.#peer, this.#questions.update, positionOf(client))
      if (bytes === undefined || bytes === null) return none('no update came')
      const step = stepLightClient(client, bytes)
      if (!step.ok) return step
      const isLevel = step.value.client.head.id === client.head.id
      client = step.value.client
      if (isLevel || step.value.periods === 0) return accept(client)
    }
  }

  async #leaves(id: BlockId, chunks: number): Promise<readonly StoredEntry[] | undefined> {
    const entries: StoredEntry[] = []
    for (let index = 0; index < chunks; index++) {
      const chunk = await this.#asker.ask(this.#peer, this.#questions.snapshotChunk, { id, index })
      if (chunk === undefined || chunk === null || chunk.length === 0) return undefined
      for (const { section, key, value } of chunk) {
        const name = SECTION_NAMES[section]
        if (name !== undefined) entries.push({ section: name, key, value })
      }
      if (index % SYNC_LIMITS.bodiesPerRequest === 0)
        this.#parts.logger.info({ chunk: index, of: chunks }, 'fetching the state')
    }
    return entries
  }
}

function none(why: string): Rejection<SnapshotCode> {
  return reject('E_SNAPSHOT_NONE', why)
}

function wrong(why: string): Rejection<SnapshotCode> {
  return reject('E_SNAPSHOT_FALSE', why)
}
