// Listens to everything the base chain gossips and remembers who signed what, so that a contradiction is seen even if no
// chain carries it [FIN-4, FIN-7, POS-5].
import { type Codec, decode } from '#contracts/codec/codec.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { signedAcknowledgementCodec } from '#contracts/statements/acknowledgement.ts'
import { BLOCK_BYTES, blockCodec, blockIdOf, type SignedHeader } from '#contracts/statements/block.ts'
import { contradicts, signedVoteCodec, type Vote } from '#contracts/statements/vote.ts'
import type { GossipVerdict, Host } from '#base-layer/runtime/host.ts'
import { blockGossipCodec, wireNames } from '#base-layer/network/wire.ts'

export interface HeardVote {
  readonly peer: PublicKey
  readonly vote: Vote
}

export class Heard {
  /** By signer and slot: the block. */
  readonly acknowledgements = new Map<string, string>()
  readonly proposals = new Map<string, string>()
  readonly votes: HeardVote[] = []
  /** What was signed twice and differently, in words. */
  readonly contradictions: string[] = []
  readonly #votesOf = new Map<PublicKey, Vote[]>()

  /** `verdict`: 'ignore' passes nothing on, so that whoever listens on both sides of a cut does not join them. */
  constructor(host: Host, genesis: GenesisHash, verdict: GossipVerdict = 'accept') {
    const names = wireNames(genesis)
    const listen = <T>(topic: string, codec: Codec<T>, take: (message: T) => void): void => {
      host.subscribe(topic, bytes => {
        const decoded = decode(codec, bytes, BLOCK_BYTES)
        if (decoded.ok) take(decoded.value)
        return verdict
      })
    }
    listen(names.acknowledgements, signedAcknowledgementCodec, ({ peer, acknowledgement: { slot, block } }) =>
      this.#note('acknowledgement', this.acknowledgements, `${peer}/${slot}`, block)
    )
    listen(names.blocks, blockGossipCodec, message => {
      const signed = message.kind === 'whole' ? headerOf(message.block) : message
      if (signed === undefined) return
      const { header } = signed
      this.#note('proposal', this.proposals, `${header.proposer}/${header.slot}`, blockIdOf(header))
    })
    listen(names.votes, signedVoteCodec, ({ peer, vote }) => this.#hearVote(peer, vote))
  }

  #note(kind: string, seen: Map<string, string>, key: string, block: string): void {
    const before = seen.get(key)
    if (before !== undefined && before !== block) this.contradictions.push(`${kind} ${key}: ${before} and ${block}`)
    seen.set(key, block)
  }

  #hearVote(peer: PublicKey, vote: Vote): void {
    const earlier = this.#votesOf.get(peer) ?? []
    this.#votesOf.set(peer, earlier)
    const other = earlier.find(one => contradicts(one, vote))
    if (other !== undefined) this.contradictions.push(`vote ${peer}: ${JSON.stringify([other, vote])}`)
    earlier.push(vote)
    this.votes.push({ peer, vote })
  }
}

function headerOf(block: Uint8Array): SignedHeader | undefined {
  const decoded = decode(blockCodec, block, BLOCK_BYTES)
  return decoded.ok ? decoded.value : undefined
}
