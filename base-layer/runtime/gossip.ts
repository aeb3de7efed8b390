// Topics over gossipsub: one handler per topic judges every message before it is forwarded. Messages waiting for a
// verdict are bounded in all and per peer; above that they are dropped, so a flood costs its sender and not us.
import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { RuntimeError } from './errors.ts'
import type { GossipHandler, GossipVerdict } from './host.ts'
import { NETWORK_LIMITS } from './limits.ts'
import { Penalties } from './penalties.ts'

const RESULTS: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
}

/** What topics need of the libp2p node. */
interface GossipNode {
  readonly services: { readonly gossip: GossipSub }
  hangUp(peer: PeerId): Promise<void>
}

export class GossipTopics {
  readonly penalties = new Penalties()
  readonly #handlers = new Map<string, GossipHandler>()
  readonly #waitingByPeer = new Map<string, number>()
  #waiting = 0

  /** True for the topics subscribed now. */
  has(topic: string): boolean {
    return this.#handlers.has(topic)
  }

  subscribe(node: GossipNode, topic: string, handler: GossipHandler): () => void {
    if (this.#handlers.has(topic)) throw new Error(`topic ${topic} has its handler already`)
    const gossip = node.services.gossip
    this.#handlers.set(topic, handler)
    gossip.topicValidators.set(topic, async (peer, message) => {
      const from = peer.toString()
      const verdict = await this.#judge(handler, message.data, from)
      if (verdict === 'reject' && this.penalties.add(from)) void node.hangUp(peer).catch(() => {})
      return RESULTS[verdict]
    })
    gossip.subscribe(topic)
    return () => {
      if (this.#handlers.get(topic) !== handler) return
      this.#handlers.delete(topic)
      gossip.unsubscribe(topic)
      gossip.topicValidators.delete(topic)
    }
  }

  async publish(node: GossipNode, topic: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > NETWORK_LIMITS.gossipMessageBytesMax) {
      throw new RuntimeError('E_TOO_LARGE', `gossip of ${bytes.length} bytes on ${topic}`)
    }
    await node.services.gossip.publish(topic, bytes)
  }

  async #judge(handler: GossipHandler, bytes: Uint8Array, from: string): Promise<GossipVerdict> {
    const ofPeer = this.#waitingByPeer.get(from) ?? 0
    const full =
      this.#waiting >= NETWORK_LIMITS.gossipValidationsMax || ofPeer >= NETWORK_LIMITS.gossipValidationsPerPeerMax
    if (full) return 'ignore'
    this.#waiting += 1
    this.#waitingByPeer.set(from, ofPeer + 1)
    try {
      return await handler(bytes, from)
    } finally {
      this.#waiting -= 1
      const left = (this.#waitingByPeer.get(from) ?? 1) - 1
      if (left === 0) this.#waitingByPeer.delete(from)
      else this.#waitingByPeer.set(from, left)
    }
  }
}
