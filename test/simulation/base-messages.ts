// What simulated peers of the base chain say to each other, how a peer signs it, and which blocks answer a question.
import type { Intention } from '#base-layer/consensus/events.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { BlockId, Hash } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes, type SignedAcknowledgement } from '#contracts/statements/acknowledgement.ts'
import { type Block, headerSigningBytes } from '#contracts/statements/block.ts'
import { type SignedVote, voteSigningBytes } from '#contracts/statements/vote.ts'
import type { SimPeer } from './base-world.ts'

export type BaseMessage =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'acknowledgement'; readonly acknowledgement: SignedAcknowledgement }
  | { readonly kind: 'vote'; readonly vote: SignedVote }
  | { readonly kind: 'fetch'; readonly id: BlockId }
  | { readonly kind: 'range'; readonly above: number }

export function signIntention(genesis: Hash, { secret, key }: SimPeer, intention: Intention): BaseMessage {
  const sign = (bytes: Uint8Array): Uint8Array => signMessage(secret, bytes)
  switch (intention.kind) {
    case 'acknowledge': {
      const { acknowledgement } = intention
      const signature = sign(acknowledgementSigningBytes(genesis, acknowledgement))
      return { kind: 'acknowledgement', acknowledgement: { acknowledgement, peer: key, signature } }
    }
    case 'vote': {
      const { vote } = intention
      return { kind: 'vote', vote: { vote, peer: key, signature: sign(voteSigningBytes(genesis, vote)) } }
    }
    case 'propose': {
      const { block } = intention
      return { kind: 'block', block: { ...block, signature: sign(headerSigningBytes(genesis, block.header)) } }
    }
  }
}

/** Blocks in an answer: the one asked for and some before it, or a part of a range. */
const ANSWER_ANCESTORS = 8
const ANSWER_RANGE = 64

type Blocks = ReadonlyMap<BlockId, Block>

/** One block with some before it, down to what is final. */
export function answerFetch(blocks: Blocks, id: BlockId, final: number): readonly Block[] {
  return walk(blocks, id, (block, sent) => block.header.height > final || sent === 0, ANSWER_ANCESTORS + 1)
}

/** The part of the preferred chain that follows a height. */
export function answerRange(blocks: Blocks, head: BlockId, above: number): readonly Block[] {
  return walk(blocks, head, ({ header }) => header.height > above, Number.POSITIVE_INFINITY)
}

/** Oldest first. */
function walk(
  blocks: Blocks,
  from: BlockId,
  isAsked: (block: Block, sent: number) => boolean,
  limit: number
): readonly Block[] {
  const chain: Block[] = []
  for (let block = blocks.get(from); block !== undefined; block = blocks.get(block.header.parent)) {
    if (block.header.height === 0 || chain.length >= limit || !isAsked(block, chain.length)) break
    chain.unshift(block)
  }
  return chain.slice(0, ANSWER_RANGE)
}
