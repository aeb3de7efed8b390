// Hosts in one process that reach each other at once: requests and gossip without sockets, under a clock of the test's own.
// A test may put itself between two of them and change what is answered.
import { RuntimeError } from '#base-layer/runtime/errors.ts'
import type { GossipHandler, Host } from '#base-layer/runtime/host.ts'

type Handler = (body: Uint8Array, from: string) => Promise<Uint8Array>

/** Undefined: as the handler answered; otherwise what to answer instead. May throw. */
export type Meddling = (protocol: string, body: Uint8Array, answer: Uint8Array) => Uint8Array | undefined

export interface LinkedHost extends Host {
  /** Protocols this host asked for, in order, as `peer protocol`. */
  readonly asked: string[]
  /** Offences counted by this host against each peer. */
  readonly offences: Map<string, number>
  meddle: Meddling | undefined
}

export class LinkedHosts {
  readonly #handlers = new Map<string, Map<string, Handler>>()
  readonly #topics = new Map<string, Map<string, GossipHandler>>()
  readonly #hosts = new Map<string, LinkedHost>()

  /** A host that is connected to all made before and after it. */
  create(peerId: string): LinkedHost {
    const handlers = new Map<string, Handler>()
    const topics = new Map<string, GossipHandler>()
    this.#handlers.set(peerId, handlers)
    this.#topics.set(peerId, topics)
    const asked: string[] = []
    const offences = new Map<string, number>()
    const nothing = (): (() => void) => () => {}
    const host = {
      peerId,
      asked,
      offences,
      meddle: undefined,
      addresses: () => [],
      peers: () => [...this.#hosts.keys()].filter(one => one !== peerId && (offences.get(one) ?? 0) < 20),
      knownPeers: () => [],
      groupOf: (peer: string) => `group of ${peer}`,
      penalise: (peer: string, count = 1) => void offences.set(peer, (offences.get(peer) ?? 0) + count),
      onPeer: nothing,
      publish: async (topic: string, bytes: Uint8Array) => {
        for (const [other, heard] of this.#topics) if (other !== peerId) await heard.get(topic)?.(bytes, peerId)
      },
      subscribe: (topic: string, handler: GossipHandler) => {
        topics.set(topic, handler)
        return () => topics.delete(topic)
      },
      request: async (peer: string, protocol: string, body: Uint8Array) => {
        asked.push(`${peer} ${protocol.split('/').at(-2) ?? protocol}`)
        const handler = this.#handlers.get(peer)?.get(protocol)
        if (handler === undefined) throw new RuntimeError('E_PEER_UNREACHABLE', `no ${peer}`)
        const answer = await handler(body, peerId).catch((error: unknown) => {
          throw new RuntimeError('E_PEER_REFUSED', String(error))
        })
        return this.#hosts.get(peer)?.meddle?.(protocol, body, answer) ?? answer
      },
      handle: (protocol: string, handler: Handler) => {
        handlers.set(protocol, handler)
        return () => handlers.delete(protocol)
      },
      openChannel: async () => {
        throw new RuntimeError('E_PEER_UNREACHABLE', 'no channels here')
      },
      acceptChannels: nothing,
      dial: async () => {
        throw new RuntimeError('E_PEER_UNREACHABLE', 'no addresses here')
      },
      putRecord: async () => {},
      getRecord: async () => undefined,
      stop: async () => {}
    } as unknown as LinkedHost
    this.#hosts.set(peerId, host)
    return host
  }

  /** It is gone: nobody is connected to it any more. */
  remove(peerId: string): void {
    this.#hosts.delete(peerId)
    this.#handlers.delete(peerId)
    this.#topics.delete(peerId)
  }
}
