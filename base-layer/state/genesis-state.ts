// Block 0 and its state, made from the genesis document [GEN-1]: final from the start, its peers in period 0's
// table.
import { certificatesHashOf, type BlockHeader, blockIdOf } from '#contracts/statements/block.ts'
import { checkGenesis, type Genesis, genesisHashOf, genesisOutputId, genesisSupply } from '#contracts/ledger/genesis.ts'
import { hostOf } from '#contracts/ledger/output.ts'
import { EMPTY_LOG, EMPTY_LOG_ROOT } from '#contracts/merkle/log.ts'
import { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import type { TreeChange } from '#contracts/merkle/update.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, present, type Verdict } from '#contracts/primitives/verdict.ts'
import { Ancestors } from './trees/ancestors.ts'
import { balanceIdOf } from './transactions/balance-ids.ts'
import { type ChainContext, ChainState } from './chain-state.ts'
import { firstPeriodOf } from './finality/hosting.ts'
import { deriveEntries, writeTable } from './finality/period-tables.ts'
import { changeOf, emptySections, encodeKey, type SectionTrees, rootOfTrees } from './trees/section-trees.ts'
import { type KeyOf, NEW_PEER, type PeerRecord, type SectionName, type ValueOf } from './trees/sections.ts'
import { spentRootOf, transactionsRootOf } from './trees/body-roots.ts'

/** What a chain's states share, or why the document starts no network. */
export function createChain(document: Genesis): Verdict<ChainContext> {
  const checked = checkGenesis(document)
  if (!checked.ok) return checked
  const supply = present(genesisSupply(document), 'a checked document')
  return accept({ genesis: genesisHashOf(document), document, parameters: document.parameters, supply })
}

/** The state of block 0, or why the document starts no network. */
export function createGenesis(document: Genesis): Verdict<ChainState> {
  const chain = createChain(document)
  return chain.ok ? accept(createGenesisState(chain.value)) : chain
}

export function createGenesisState(chain: ChainContext): ChainState {
  const trees = genesisSections(chain)
  const empty = bytesToHex(EMPTY_LOG_ROOT) as Hash
  const header: BlockHeader = {
    height: 0,
    slot: 0,
    parent: chain.genesis as Hash as BlockId,
    // Nobody proposed it: no key hashes to this.
    proposer: hashHex('genesis-proposer', hexToBytes(chain.genesis)) as string as PublicKey,
    timeMs: 0,
    transactionsRoot: transactionsRootOf([]),
    certificatesHash: certificatesHashOf([]),
    stateRoot: rootOfTrees(trees),
    historyRoot: empty,
    spentRoot: spentRootOf([]),
    acknowledgements: [],
    score: 0n,
    justified: namelessPoint(chain),
    recordedFinal: 0,
    ticks: 0
  }
  const id = blockIdOf(header)
  return new ChainState({ chain, id, header, trees, history: EMPTY_LOG, ancestors: Ancestors.of([id]) })
}

/** Block 0 cannot contain its own id, so the genesis hash stands for it inside of block 0 and its state. */
function namelessPoint(chain: ChainContext) {
  return { epoch: 0, height: 0, id: chain.genesis as Hash as BlockId }
}

function genesisSections(chain: ChainContext): SectionTrees {
  const { document, parameters } = chain
  const writer = new GenesisWriter()
  const peers = document.peers.map(({ peer, vrfKey, rewards, bondAtoms }): readonly [PublicKey, PeerRecord] => [
    peer,
    { ...NEW_PEER, vrfKey, rewards, bondAtoms, registeredAt: 0 }
  ])
  for (const [peer, record] of peers) {
    writer.put('peers', peer, record)
    writer.put('balances', balanceIdOf('peer', peer), { atoms: record.bondAtoms, purpose: 'peer' })
  }
  document.outputs.forEach((output, index) => {
    writer.put('outputs', genesisOutputId(chain.genesis, index), { output, createdAt: 0, maturesAt: null })
  })
  const hosted = new Map<PublicKey, bigint>()
  for (const output of document.outputs) {
    const host = hostOf(output)
    if (host !== null) hosted.set(host, (hosted.get(host) ?? 0n) + output.atoms)
  }
  for (const [host, atoms] of hosted) {
    writer.put('hosts', host, { aged: 0n, young: [{ from: firstPeriodOf(0, parameters), atoms }] })
  }
  const entries = deriveEntries(
    host => hosted.get(host) ?? 0n,
    peers,
    parameters.leverage,
    0,
    () => true
  )
  writeTable((section, key, value) => writer.put(section, key, value), 0, entries, document.seed0, true)
  const point = namelessPoint(chain)
  writer.put(
    'finality',
    { kind: 'head' },
    {
      kind: 'head',
      period: 0,
      recovery: null,
      justified: [point],
      recordedFinal: point,
      ticks: 0,
      clocksFrom: 0,
      burnt: 0n,
      fees: 0n
    }
  )
  writer.put('finality', { kind: 'clocks', span: 0 }, { kind: 'clocks', ticks: [0] })
  writer.put('parameters', 'current', parameters)
  return writer.trees
}

class GenesisWriter {
  readonly #changes = new Map<SectionName, TreeChange<unknown>[]>()

  put<S extends SectionName>(section: S, key: KeyOf<S>, value: ValueOf<S>): void {
    const change: TreeChange<unknown> = changeOf(section, encodeKey(section, key), value)
    const list = this.#changes.get(section)
    if (list === undefined) this.#changes.set(section, [change])
    else list.push(change)
  }

  get trees(): SectionTrees {
    const trees: Partial<Record<SectionName, unknown>> = { ...emptySections() }
    for (const [section, changes] of this.#changes) trees[section] = SparseTree.empty<unknown>().with(changes)
    return trees as SectionTrees
  }
}
