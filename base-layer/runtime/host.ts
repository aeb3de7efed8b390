// What the layers may ask of the network. No libp2p type crosses this border: peers are their printed ids, addresses
// are multiaddr texts, and every payload is bytes. createHost in libp2p-host.ts is the body; simulations bring another.

/** accept: deliver and forward. ignore: drop silently. reject: drop and count against the peer that sent it. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject'
export type GossipHandler = (bytes: Uint8Array, from: string) => GossipVerdict | Promise<GossipVerdict>

export interface PeerEvent {
  readonly kind: 'connected' | 'disconnected'
  readonly peer: string
}

export interface RequestOptions {
  /** For the whole exchange, dialling included. */
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

export interface HandlerOptions {
  readonly maxRequestBytes: number
  /** Requests worked on at once, all peers together; more are refused. */
  readonly concurrency: number
  /** Of these, most for one peer. Default: half, and at least one. */
  readonly concurrencyPerPeer?: number
}

export interface ChannelOptions {
  readonly maxMessageBytes: number
}

/** A long-lived stream of framed messages to one peer, both ways, in order. */
export interface Channel {
  readonly peer: string
  /** Queues one message. False: the queue is full or the channel closed, and the message was not queued. */
  send(message: Uint8Array): boolean
  /** One handler; messages come one at a time, the next after the promise of the last. Throwing closes the channel. */
  onMessage(handler: (message: Uint8Array) => void | Promise<void>): void
  /** Called once, also if the channel is already closed. */
  onClose(listener: () => void): void
  close(): void
}

export interface RecordRules {
  /** Throws or rejects to refuse the record. Called on every record before it is stored or returned. */
  validate(key: Uint8Array, value: Uint8Array): void | Promise<void>
  /** Index of the best of several valid records of one key. */
  select(key: Uint8Array, values: readonly Uint8Array[]): number
}

export interface Host {
  readonly peerId: string
  /** Addresses others can dial, each ending in /p2p/<peerId>. */
  addresses(): string[]
  /** Ids of the connected peers. */
  peers(): string[]
  /** Full addresses of connected peers that we dialled, to keep over a restart; the `anchors` of it first [NET-1]. */
  knownPeers(): string[]
  /**
   * Address group of a connected peer, which says who may belong
   * together [NET-1]; undefined if it is not connected.
   */
  groupOf(peer: string): string | undefined
  /**
   * Counts `offences` against a peer as rejected gossip is counted:
   * at the limit it is cut off and kept out a while.
   */
  penalise(peer: string, offences?: number): void
  onPeer(listener: (event: PeerEvent) => void): () => void

  /** Resolves when handed to the peers we know, also if there are none. Rejects: E_TOO_LARGE, E_STOPPED. */
  publish(topic: string, bytes: Uint8Array): Promise<void>
  /** One handler per topic. */
  subscribe(topic: string, handler: GossipHandler): () => void

  /**
   * One framed request, one framed response on a fresh stream. The peer is its id or its addresses. Rejects with a
   * RuntimeError: E_PEER_UNREACHABLE, E_PROTOCOL_UNSUPPORTED, E_PEER_REFUSED, E_TIMEOUT, E_TOO_LARGE, E_BAD_FRAME,
   * E_BAD_ADDRESS, E_STOPPED.
   */
  request(
    peer: string | readonly string[],
    protocol: string,
    body: Uint8Array,
    options: RequestOptions
  ): Promise<Uint8Array>
  /** A handler that rejects resets the stream; the peer sees E_PEER_REFUSED. */
  handle(
    protocol: string,
    handler: (body: Uint8Array, from: string) => Promise<Uint8Array>,
    options: HandlerOptions
  ): () => void

  /** Rejects as request does. */
  openChannel(
    peer: string | readonly string[],
    protocol: string,
    options: ChannelOptions & { readonly timeoutMs?: number }
  ): Promise<Channel>
  acceptChannels(
    protocol: string,
    options: ChannelOptions,
    handler: (channel: Channel, from: string) => void
  ): () => void

  /** Connects and returns the peer's id. Rejects: E_PEER_UNREACHABLE, E_BAD_ADDRESS, E_STOPPED. */
  dial(addresses: readonly string[]): Promise<string>

  /** Key: the bytes of '/<namespace>/...'. Stores here and at the closest peers. Rejects: E_RECORD_REFUSED. */
  putRecord(key: Uint8Array, value: Uint8Array): Promise<void>
  /** The best valid record found here and at the closest peers. A hint: what it says is proved elsewhere. */
  getRecord(key: Uint8Array): Promise<Uint8Array | undefined>

  stop(): Promise<void>
}

export interface HostSettings {
  /** Seed of the Ed25519 identity, 32 bytes. */
  readonly identitySecret: Uint8Array
  /** Multiaddrs to listen on, e.g. /ip4/127.0.0.1/tcp/0. */
  readonly listen: readonly string[]
  /** Addresses to announce instead of the ones listened on. */
  readonly announce?: readonly string[]
  /** Full addresses (…/p2p/<id>) of peers to find the others through; one is enough. */
  readonly bootstrap: readonly string[]
  readonly dht: 'server' | 'client'
  /** Rules of the DHT namespaces this network uses; records of other namespaces are refused. */
  readonly records?: Readonly<Record<string, RecordRules>>
  /** Connections to seek; a smaller network is connected in full. Default 12. */
  readonly peersTarget?: number
  /** The first of `knownPeers` of the last run: dialled before anyone else [NET-1]. */
  readonly anchors?: readonly string[]
  /** Exempts loopback from the rules of address groups. Default: true if it listens on loopback alone. */
  readonly isLocal?: boolean
  /** Gossip heartbeat. Default 700. */
  readonly heartbeatMs?: number
}
