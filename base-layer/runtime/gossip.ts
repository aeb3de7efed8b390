// Topics over gossipsub: one handler per topic judges every message before it is forwarded. Messages waiting for a
// verdict are bounded in all and per peer; above that they are dropped, so a flood costs its sender and not us.
import { TopicValidatorResult } from '@libp2p/gossipsub'
import { RuntimeError } from './errors.ts'
import type { GossipHandler, GossipVerdict } from './host.ts'
import type { Node } from './libp2p-settings.ts'
import { NETWORK_LIMITS } from './limits.ts'

const RESULTS: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

export class GossipTopics {
  readonly #handlers = new Map<string, GossipHandler>()
  readonly #waitingByPeer = new Map<string, number>()
  #waiting = 0

  /** True for the topics subscribed now. */
  has(topic: string): boolean {
    return this.#handlers.has(topic)
  }

  subscribe(node: Node, topic: string, handler: GossipHandler): () => void {
    if (this.#handlers.has(topic)) throw new Error(`topic ${topic} has its handler already`)
    const gossip = node.services.gossip
    this.#handlers.set(topic, handler)
    gossip.topicValidators.set(topic, async (peer, message) => this.#judge(handler, message.data, peer.toString()))
    gossip.subscribe(topic)
    return () => {
      if (this.#handlers.get(topic) !== handler) return
      this.#handlers.delete(topic)
      gossip.unsubscribe(topic)
      gossip.topicValidators.delete(topic)
    }
  }

  async publish(node: Node, topic: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > NETWORK_LIMITS.gossipMessageBytesMax) {
      throw new RuntimeError('E_TOO_LARGE', `gossip of ${bytes.length} bytes on ${topic}`)
    }
    await node.services.gossip.publish(topic, bytes)
  }

  async #judge(handler: GossipHandler, bytes: Uint8Array, from: string): Promise<TopicValidatorResult> {
    const ofPeer = this.#waitingByPeer.get(from) ?? 0
    const full = this.#waiting >= NETWORK_LIMITS.gossipValidationsMax
      || ofPeer >= NETWORK_LIMITS.gossipValidationsPerPeerMax
    if (full) return TopicValidatorResult.Ignore
    this.#waiting += 1
    this.#waitingByPeer.set(from, ofPeer + 1)
    try {
      return RESULTS[await handler(bytes, from)]
    } finally {
      this.#waiting -= 1
      const left = (this.#waitingByPeer.get(from) ?? 1) - 1
      if (left === 0) this.#waitingByPeer.delete(from)
      else this.#waitingByPeer.set(from, left)
    }
  }
}
