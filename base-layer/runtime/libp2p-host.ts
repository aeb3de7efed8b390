// The network as one object: createHost starts a libp2p node and offers requests, channels, gossip and DHT records over
// it. Callers see host.ts only. Bytes from outside meet a size limit and a deadline here before anything reads them.
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { groupOfAddress } from './address-groups.ts'
import { StreamChannel } from './channel.ts'
import { DhtRecords } from './dht-records.ts'
import { isRuntimeError, RuntimeError } from './errors.ts'
import { GossipTopics } from './gossip.ts'
import type {
  Channel,
  ChannelOptions,
  GossipHandler,
  HandlerOptions,
  Host,
  HostSettings,
  PeerEvent,
  RequestOptions
} from './host.ts'
import { HandlerPlaces, type Place } from './handler-places.ts'
import { isLocalNetwork, type Node, startNode } from './libp2p-settings.ts'
import { NETWORK_LIMITS } from './limits.ts'
import { PeerConnector } from './peer-connector.ts'
import { RecordStore } from './record-store.ts'
import { readFrame, writeFrame } from './stream-frames.ts'

const PEERS_TARGET = 12

/** Starts listening and looking for peers. Rejects E_BAD_ADDRESS, or E_PORT_TAKEN if it cannot listen. */
export async function createHost(settings: HostSettings): Promise<Host> {
  const { listen, bootstrap, announce = [], anchors = [] } = settings
  for (const text of [...listen, ...bootstrap, ...announce, ...anchors]) parseAddress(text)
  const topics = new GossipTopics()
  const node = await startNode(settings, new RecordStore(), topics).catch((error: unknown) => {
    throw cannotListen(settings.listen, error)
  })
  const connector = new PeerConnector(node, {
    bootstrap: settings.bootstrap,
    anchors: settings.anchors ?? [],
    peersTarget: settings.peersTarget ?? PEERS_TARGET,
    isLocal: isLocalNetwork(settings)
  })
  connector.start()
  return new Libp2pHost(node, topics, connector, new DhtRecords(node, settings.records ?? {}))
}

/** In a sentence: libp2p's own text is a page of addresses and stacks. */
function cannotListen(listen: readonly string[], error: unknown): RuntimeError {
  const places = listen.join(', ')
  const why = /EADDRINUSE/.test(String(error)) ? 'another program listens there' : 'the system does not allow it'
  return new RuntimeError('E_PORT_TAKEN', `cannot listen for peers on ${places}: ${why}`)
}

class Libp2pHost implements Host {
  readonly peerId: string
  readonly #node: Node
  readonly #topics: GossipTopics
  readonly #connector: PeerConnector
  readonly #records: DhtRecords
  #stopped = false

  constructor(node: Node, topics: GossipTopics, connector: PeerConnector, records: DhtRecords) {
    this.#node = node
    this.#topics = topics
    this.#connector = connector
    this.#records = records
    this.peerId = node.peerId.toString()
  }

  addresses(): string[] {
    return this.#node.getMultiaddrs().map(address => address.toString())
  }

  peers(): string[] {
    return this.#node.getPeers().map(peer => peer.toString())
  }

  knownPeers(): string[] {
    return this.#connector.outbound().map(connection => withPeerId(connection.remoteAddr, connection.remotePeer))
  }

  groupOf(peer: string): string | undefined {
    const [connection] = this.#node.getConnections(parsePeer(peer))
    return connection === undefined ? undefined : groupOfAddress(connection.remoteAddr.toString())
  }

  penalise(peer: string, offences = 1): void {
    if (!this.#topics.penalties.add(peer, offences) || this.#stopped) return
    void this.#node.hangUp(parsePeer(peer)).catch(() => {})
  }

  onPeer(listener: (event: PeerEvent) => void): () => void {
    const joined = (event: CustomEvent<PeerId>): void => listener({ kind: 'connected', peer: event.detail.toString() })
    const left = (event: CustomEvent<PeerId>): void => listener({ kind: 'disconnected', peer: event.detail.toString() })
    this.#node.addEventListener('peer:connect', joined)
    this.#node.addEventListener('peer:disconnect', left)
    return () => {
      this.#node.removeEventListener('peer:connect', joined)
      this.#node.removeEventListener('peer:disconnect', left)
    }
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    this.#assertRunning()
    await this.#topics.publish(this.#node, topic, bytes)
  }

  subscribe(topic: string, handler: GossipHandler): () => void {
    return this.#topics.subscribe(this.#node, topic, handler)
  }

  async request(
    peer: string | readonly string[],
    protocol: string,
    body: Uint8Array,
    options: RequestOptions
  ): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(options.timeoutMs)
    const { stream } = await this.#openStream(peer, protocol, signal)
    try {
      await writeFrame(stream, body, signal)
      const [response] = await Promise.all([
        readFrame(stream, options.maxResponseBytes, signal),
        stream.close({ signal })
      ])
      return response
    } catch (error) {
      stream.abort(new Error('request failed'))
      if (isRuntimeError(error)) throw error
      throw signal.aborted
        ? new RuntimeError('E_TIMEOUT', `${protocol} took too long`)
        : new RuntimeError('E_PEER_REFUSED', `the peer ended ${protocol}: ${String(error)}`)
    }
  }

  handle(
    protocol: string,
    handler: (body: Uint8Array, from: string) => Promise<Uint8Array>,
    options: HandlerOptions
  ): () => void {
    const places = new HandlerPlaces(options)
    return this.#accept(protocol, options.concurrency, async (stream, connection) => {
      const from = connection.remotePeer.toString()
      let place: Place | undefined
      try {
        const reading = AbortSignal.timeout(NETWORK_LIMITS.requestReadTimeoutMs)
        const body = await readFrame(stream, options.maxRequestBytes, reading)
        place = places.take(from, () => stream.abort(new Error('too slow')))
        if (place === undefined) return stream.abort(new Error('busy'))
        const response = await handler(body, from)
        place.write()
        const writing = AbortSignal.timeout(NETWORK_LIMITS.responseWriteTimeoutMs)
        await writeFrame(stream, response, writing)
        await stream.close({ signal: writing })
      } catch {
        stream.abort(new Error('request refused'))
      } finally {
        place?.leave()
      }
    })
  }

  async openChannel(
    peer: string | readonly string[],
    protocol: string,
    options: ChannelOptions & { readonly timeoutMs?: number }
  ): Promise<Channel> {
    const signal = AbortSignal.timeout(options.timeoutMs ?? NETWORK_LIMITS.dialTimeoutMs)
    const { stream, connection } = await this.#openStream(peer, protocol, signal)
    return new StreamChannel(stream, connection.remotePeer.toString(), options)
  }

  acceptChannels(
    protocol: string,
    options: ChannelOptions,
    handler: (channel: Channel, from: string) => void
  ): () => void {
    return this.#accept(protocol, NETWORK_LIMITS.streamsPerProtocol, async (stream, connection) => {
      const from = connection.remotePeer.toString()
      handler(new StreamChannel(stream, from, options), from)
    })
  }

  async dial(addresses: readonly string[]): Promise<string> {
    this.#assertRunning()
    const target = addresses.map(parseAddress)
    try {
      const signal = AbortSignal.timeout(NETWORK_LIMITS.dialTimeoutMs)
      return (await this.#node.dial(target, { signal })).remotePeer.toString()
    } catch (error) {
      throw new RuntimeError('E_PEER_UNREACHABLE', String(error))
    }
  }

  async putRecord(key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#assertRunning()
    await this.#records.put(key, value)
  }

  async getRecord(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertRunning()
    return this.#records.get(key)
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#connector.stop()
    await this.#node.stop()
  }

  #accept(protocol: string, perConnection: number, serve: (stream: Stream, connection: Connection) => Promise<void>) {
    const maxInboundStreams = Math.min(perConnection, NETWORK_LIMITS.streamsPerProtocol)
    const serving = this.#node.handle(
      protocol,
      (stream, connection) => {
        serve(stream, connection).catch((error: Error) => stream.abort(error))
      },
      { maxInboundStreams, maxOutboundStreams: NETWORK_LIMITS.streamsPerConnection }
    )
    serving.catch(() => {})
    return () => {
      void serving.then(async () => this.#node.unhandle(protocol)).catch(() => {})
    }
  }

  async #openStream(
    peer: string | readonly string[],
    protocol: string,
    signal: AbortSignal
  ): Promise<{ readonly stream: Stream; readonly connection: Connection }> {
    this.#assertRunning()
    const target = typeof peer === 'string' ? parsePeer(peer) : peer.map(parseAddress)
    try {
      const connection = await this.#node.dial(target, { signal })
      return { stream: await connection.newStream(protocol, { signal }), connection }
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      if (name === 'UnsupportedProtocolError') throw new RuntimeError('E_PROTOCOL_UNSUPPORTED', `no ${protocol} there`)
      if (name.startsWith('TooMany')) throw new RuntimeError('E_BUSY', `too many streams of ${protocol} to this peer`)
      if (signal.aborted) throw new RuntimeError('E_TIMEOUT', `${protocol}: no stream in time`)
      if (name === 'StreamResetError') throw new RuntimeError('E_PEER_REFUSED', `the peer refused ${protocol}`)
      throw new RuntimeError('E_PEER_UNREACHABLE', String(error))
    }
  }

  #assertRunning(): void {
    if (this.#stopped) throw new RuntimeError('E_STOPPED', 'the host was stopped')
  }
}

function parseAddress(text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch {
    throw new RuntimeError('E_BAD_ADDRESS', 'not a multiaddr')
  }
}

function parsePeer(text: string): PeerId {
  try {
    return peerIdFromString(text)
  } catch {
    throw new RuntimeError('E_BAD_ADDRESS', 'not a peer id')
  }
}

function withPeerId(address: Multiaddr, peer: PeerId): string {
  const text = address.toString()
  return text.includes('/p2p/') ? text : `${text}/p2p/${peer.toString()}`
}
