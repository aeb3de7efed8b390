// A chain as light clients see it and nothing more: headers with right histories, states and bodies, tables of
// as many peers as a test wants, and certificates that they sign. No rule of the base chain runs, so a thousand
// peers and a month of periods cost seconds. For proofs, their sizes, and everything that can be wrong with
// them.
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { spentBy } from '#base-layer/light/body-proof.ts'
import { buildStateProof } from '#base-layer/light/build-state-proof.ts'
import type { FinalityProof, Handover, TrustedStart } from '#base-layer/light/finality-proof.ts'
import { buildBlockPath, buildLink, type Link } from '#base-layer/light/history-proof.ts'
import type { AnchorProof, LightClient } from '#base-layer/light/light-client.ts'
import type { StateKey } from '#base-layer/light/state-proof.ts'
import { spentRootOf, transactionsRootOf } from '#base-layer/state/trees/body-roots.ts'
import {
  changeOf,
  emptySections,
  encodeKey,
  rootOfTrees,
  type SectionTrees
} from '#base-layer/state/trees/section-trees.ts'
import type { KeyOf, SectionName, ValueOf } from '#base-layer/state/trees/sections.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { derivePublicKey, signMessage } from '#contracts/crypto/signature.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { type Transaction, transactionCodec } from '#contracts/ledger/transaction.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import type { RangeRoot } from '#contracts/merkle/log-paths.ts'
import type { SparseTree } from '#contracts/merkle/sparse-tree.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { asciiToBytes, bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, Hash, PublicKey } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type BlockHeader, blockIdOf } from '#contracts/statements/block.ts'
import { fewestVotes } from '#contracts/statements/certificate.ts'
import { lastHeightOf, type PeriodTable, periodOf, periodRootOf } from '#contracts/statements/period-table.ts'
import { type Certificate, type Vote, voteSigningBytes } from '#contracts/statements/vote.ts'

installNodeCrypto()

export interface LightChainOptions {
  readonly peers?: number
  readonly parameters?: Partial<Parameters>
  /** Weight of the i-th peer in shares; equal if left out, which needs most votes. */
  readonly weight?: (peer: number) => number
  /** Tells chains apart that otherwise are alike. */
  readonly seed?: string
}

export interface Leaf<S extends SectionName> {
  readonly section: S
  readonly key: KeyOf<S>
  readonly value: ValueOf<S> | undefined
}
type AnyLeaf = { readonly [S in SectionName]: Leaf<S> }[SectionName]

export interface LightBlock {
  readonly id: BlockId
  readonly header: BlockHeader
  readonly trees: SectionTrees
  readonly transactions: readonly Transaction[]
}

export class LightChain {
  readonly parameters: Parameters
  readonly start: TrustedStart
  /** By height. */
  readonly blocks: LightBlock[] = []
  readonly history = new MerkleLog()
  readonly #secrets = new Map<PublicKey, Uint8Array>()
  readonly #options: LightChainOptions
  readonly #tables = new Map<number, PeriodTable>()
  #waiting: AnyLeaf[] = []
  /** Set in a fork, so that its blocks are others. */
  #mark: string

  constructor(options: LightChainOptions = {}) {
    this.#options = options
    this.#mark = options.seed ?? ''
    this.parameters = { ...DEV_PARAMETERS, ...options.parameters }
    for (let i = 0; i < (options.peers ?? 4); i++) {
      const secret = hashBytes('test-light-peer', asciiToBytes(`${i}`))
      this.#secrets.set(derivePublicKey(secret), secret)
    }
    this.#putTable(0)
    const { id, header } = this.#append([])
    const genesis = hashHex('test-light-genesis', asciiToBytes(options.seed ?? ''))
    this.start = {
      genesis,
      genesisTimeMs: 1_700_000_000_000,
      genesisBlock: id,
      genesisHeader: header,
      parameters: this.parameters,
      table: this.table(0)
    }
  }

  get head(): LightBlock {
    return present(this.blocks.at(-1), 'there is genesis')
  }

  get client(): LightClient {
    const { genesis, genesisTimeMs, genesisBlock, genesisHeader, parameters, table } = this.start
    const network = { genesis, genesisTimeMs, parameters }
    return { network, head: { id: genesisBlock, header: genesisHeader }, table, root: genesisBlock }
  }

  at(height: number): LightBlock {
    return present(this.blocks[height], `block ${height}`)
  }

  table(period: number): PeriodTable {
    return present(this.#tables.get(period), `period ${period}`)
  }

  /** What the next block changes in the state. */
  put(...leaves: readonly AnyLeaf[]): void {
    this.#waiting.push(...leaves)
  }

  append(transactions: readonly Transaction[] = []): LightBlock {
    const height = this.blocks.length
    const { lag, period } = this.parameters
    const next = periodOf(height + lag, { lag, period })
    // The snapshot is taken LAG heights before the first block that it answers for.
    if (height % period === 0 && next > 0) this.#putTable(next)
    return this.#append(transactions)
  }

  appendTo(height: number): void {
    while (this.head.header.height < height) this.append()
  }

  /** Another chain from above a height on, with the same peers: what accountable finality forbids. */
  fork(height: number): LightChain {
    const twin = new LightChain(this.#options)
    for (const block of this.blocks.slice(1, height + 1)) {
      twin.history.append(hexToBytes(twin.head.id))
      twin.blocks.push(block)
    }
    for (const [period, table] of this.#tables) twin.#tables.set(period, table)
    twin.#mark = `${this.#mark} fork`
    return twin
  }

  get root(): RangeRoot {
    return (from, to) => this.history.rangeRoot(from, to)
  }

  pathTo(height: number, head: number = this.head.header.height): readonly Uint8Array[] {
    return buildBlockPath(this.root, height, head)
  }

  linkFrom(height: number, head: number = this.head.header.height): Link {
    return buildLink(this.root, height, head)
  }

  /** Two certificates that make a block final, as wallets get them. */
  certify(height: number): readonly [Certificate, Certificate] {
    const period = periodOf(height, this.parameters)
    const rootHeight = period === 0 ? 0 : lastHeightOf(period - 1, this.parameters)
    const root = { epoch: 0, height: rootHeight, id: this.at(rootHeight).id }
    const target = { epoch: height + 1, height, id: this.at(height).id }
    const last = lastHeightOf(period, this.parameters)
    const above = this.blocks[Math.min(height + 1, last)] ?? this.at(height)
    const second = { epoch: height + 2, height: above.header.height, id: above.id }
    const vote = { period, recovery: null, root }
    return [this.sign({ ...vote, source: root, target }), this.sign({ ...vote, source: target, target: second })]
  }

  sign(vote: Vote): Certificate {
    const table = this.table(vote.period)
    const message = voteSigningBytes(this.start.genesis, vote)
    const nobody = new Uint8Array(64)
    const empty = { vote, votes: table.entries.map(({ peer }) => ({ peer, signature: nobody })) }
    const votes = fewestVotes(table, empty).votes.map(({ peer }) => ({
      peer,
      signature: signMessage(present(this.#secrets.get(peer), 'a peer of ours'), message)
    }))
    return { vote, votes }
  }

  handover(period: number): Handover {
    const { header, trees } = this.at(lastHeightOf(period, this.parameters))
    const key: StateKey = { section: 'periods', key: { kind: 'head', period: period + 1 } }
    const { sectionRoots, parts } = buildStateProof(trees, [key])
    const { witness } = present(parts[0], 'one section')
    const certificates = this.certify(header.height)
    return { certificates, header, sectionRoots, witness, entries: this.table(period + 1).entries }
  }

  finality(height: number = this.head.header.height, since = 0): FinalityProof {
    const period = periodOf(height, this.parameters)
    const handovers = Array.from({ length: Math.max(0, period - since) }, (_, i) => this.handover(since + i))
    const certificates = height === 0 ? null : this.certify(height)
    return { handovers, certificates, header: this.at(height).header }
  }

  anchor(height: number): AnchorProof {
    const { header } = this.at(height)
    const period = periodOf(height + 1, this.parameters)
    if (period === 0) return { header, base: null }
    const { header: last, sectionRoots, witness, entries } = this.handover(period - 1)
    const block = { header: last, path: this.pathTo(last.height, height) }
    return { header, base: { block, sectionRoots, witness, entries } }
  }

  #append(transactions: readonly Transaction[]): LightBlock {
    const trees = this.#nextTrees()
    const parent = this.blocks.at(-1)
    if (parent !== undefined) this.history.append(hexToBytes(parent.id))
    const height = this.blocks.length
    const name = hashHex('test-light-block', asciiToBytes(this.#mark))
    const header: BlockHeader = {
      height,
      slot: height,
      parent: parent?.id ?? name,
      proposer: present(this.#secrets.keys().next().value, 'a peer'),
      timeMs: height * this.parameters.slotMs,
      transactionsRoot: transactionsRootOf(transactions.map(one => encode(transactionCodec, one))),
      certificatesHash: name,
      stateRoot: rootOfTrees(trees),
      historyRoot: bytesToHex(this.history.root()) as Hash,
      spentRoot: spentRootOf(spentBy(transactions)),
      acknowledgements: parent === undefined ? [] : this.#acknowledgements(),
      score: BigInt(height) << 34n,
      justified: { epoch: height, height: Math.max(0, height - 3), id: parent?.id ?? name },
      recordedFinal: Math.max(0, height - 6),
      ticks: height
    }
    const block = { id: blockIdOf(header), header, trees, transactions }
    this.blocks.push(block)
    return block
  }

  /** As many and as long as an ordinary header has; nothing here looks at them. */
  #acknowledgements(): BlockHeader['acknowledgements'] {
    const signature = new Uint8Array(64).fill(7)
    return [...this.#secrets.keys()]
      .slice(0, 3)
      .map(peer => ({ peer, digest: hashHex('test-light-digest'), signature }))
  }

  #nextTrees(): SectionTrees {
    const before: SectionTrees = this.blocks.at(-1)?.trees ?? emptySections()
    if (this.#waiting.length === 0) return before
    const trees: Record<string, SparseTree<unknown>> = { ...before }
    const sections = new Set(this.#waiting.map(leaf => leaf.section))
    for (const section of sections) {
      const leaves = this.#waiting.filter(leaf => leaf.section === section)
      const changes = leaves.map(({ key, value }) => {
        // A leaf's key and value belong to its section; the compiler cannot see it through a name.
        return changeOf<SectionName>(section, encodeKey<SectionName>(section, key), value as never)
      })
      trees[section] = present(trees[section], 'a section').with(changes)
    }
    this.#waiting = []
    return trees as unknown as SectionTrees
  }

  #putTable(period: number): void {
    const weight = this.#options.weight ?? (() => 1000)
    const keys = [...this.#secrets.keys()]
    const entries = keys
      .map((peer, i) => ({ peer, vrfKey: peer, weight: BigInt(weight(i)) * ATOMS_PER_SHARE }))
      .sort((a, b) => (a.peer < b.peer ? -1 : 1))
    const total = entries.reduce((sum, one) => sum + one.weight, 0n)
    const seed = hashHex('test-light-seed', asciiToBytes(`${period}`))
    const head = { period, root: periodRootOf(entries), total, seed, seeded: true }
    this.put(
      { section: 'periods', key: { kind: 'head', period }, value: { kind: 'head', head } },
      { section: 'periods', key: { kind: 'entries', period }, value: { kind: 'entries', entries } }
    )
    const byPeer = new Map(entries.map(one => [one.peer, one]))
    const table = { period, recovery: null, seed, seeded: true, total, entries, byPeer, silent: new Set<PublicKey>() }
    this.#tables.set(period, table)
  }
}
