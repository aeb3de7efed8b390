// Own blocks of one lane: written and synced, then signed, never two for a round, and after a crash the same bytes again
// [DAG-6, FIN-7]. The only code of this layer that signs DAG headers.
import type { Secret } from '#base-layer/runtime/secret.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { GenesisHash, Hash } from '#contracts/primitives/ids.ts'
import { assert } from '#contracts/primitives/verdict.ts'
import {
  type CheckedDagBlock,
  DAG_LIMITS,
  type DagHeader,
  dagDigest,
  dagHeaderCodec,
  dagHeaderSigningBytes
} from '#contracts/statements/dag-header.ts'
import type { OwnBlockSigner, OwnBlockStore, Proposal, WrittenProposal } from '../consensus/events.ts'
import type { LaneStore } from '../store/lane-store.ts'

export class OwnBlocks implements OwnBlockStore, OwnBlockSigner {
  readonly #lane: LaneStore
  readonly #genesis: GenesisHash
  readonly #secret: Secret<Uint8Array>
  #newest: CheckedDagBlock | undefined

  constructor(lane: LaneStore, genesis: GenesisHash, secret: Secret<Uint8Array>) {
    this.#lane = lane
    this.#genesis = genesis
    this.#secret = secret
  }

  /** The last one signed, to tell again to whoever links anew. */
  get newest(): CheckedDagBlock | undefined {
    return this.#newest
  }

  write(proposal: Proposal): WrittenProposal {
    const { header, body } = proposal
    this.#lane.writeProposal(header.round, encode(dagHeaderCodec, header), body)
    return proposal as WrittenProposal
  }

  sign({ header, digest, body }: WrittenProposal): CheckedDagBlock {
    const block = { header, digest, body, signature: this.#signatureOf(header) }
    this.#newest = block
    return block
  }

  /** A stored block, perhaps of ours. */
  found(block: CheckedDagBlock): void {
    if (block.header.author !== this.#lane.row.seat) return
    if (block.header.round > (this.#newest?.header.round ?? 0)) this.#newest = block
  }

  /** A block that was written and perhaps never sent, if `isKnown` does not know it: signed again to the same bytes. */
  unsent(isKnown: (digest: Hash) => boolean): CheckedDagBlock | undefined {
    const proposal = this.#lane.newestProposal()
    if (proposal === undefined) return undefined
    const header = decode(dagHeaderCodec, proposal.header, DAG_LIMITS.headerBytes)
    assert(header.ok, 'the store holds what it was given')
    const digest = dagDigest(header.value)
    if (isKnown(digest)) return undefined
    const block = { header: header.value, signature: this.#signatureOf(header.value), digest, body: proposal.body }
    this.found(block)
    return block
  }

  #signatureOf(header: DagHeader): Uint8Array {
    return signMessage(this.#secret.reveal(), dagHeaderSigningBytes(this.#genesis, header))
  }
}
