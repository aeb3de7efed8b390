// Every size, count and time the runtime allows to something from outside, each with its reason. Nothing in this
// folder grows without one of these.

const KIB = 1024
const MIB = 1024 * KIB

export const NETWORK_LIMITS = {
  /** A node talks to tens of peers; each connection may cost streamsPerConnection x streamReadBufferBytes. */
  connectionsMax: 100,
  /** Strangers may not take the slots we need for peers we chose ourselves: a quarter stays for outbound. */
  inboundConnectionsMax: 75,
  /** Strangers of one address group: five groups, which are cheap to have, fill less than what inbound may take. */
  inboundPerGroupMax: 10,
  /** Links this node chooses and dials itself, whoever dials in: an eclipse must hold all of them [NET-1]. */
  outboundMin: 8,
  /** Chosen links of one address group: one, and a second only if no other group is known. */
  outboundPerGroupMax: 2,
  /** Of the chosen links one an hour gives way to another, so that a lucky attacker is rid of again [NET-1]. */
  rotateMs: 3_600_000,
  /** Chosen links that outlive a restart: the longest lasting [NET-1]. */
  anchors: 2,
  /** Peers of one group that we remember to dial: addresses of one group are cheap. */
  candidatesPerGroupMax: 16,
  /** Handshakes cost curve operations before the peer is known. */
  pendingInboundConnectionsMax: 10,
  /** New connections one host may open per second; a local network shares one host, so it gets more. */
  inboundConnectionsPerSecond: 5,
  inboundConnectionsPerSecondLocal: 100,
  /** TCP connections the kernel may hold for us: a flood waits there instead of in our memory. */
  listenBacklog: 16,
  dialTimeoutMs: 5_000,
  parallelDialsMax: 8,
  dialQueueMax: 128,
  /** Peers that advertise more addresses than this make others dial for them. */
  addressesPerPeerMax: 8,

  /** Four kinds of built-in streams plus our protocols at eight each leave room; a flood is reset. */
  streamsPerConnection: 64,
  /** One yamux window: what a peer can have in flight on a stream that we do not read. */
  streamWindowBytes: 256 * KIB,
  /** Above one window, so that pausing never kills an honest stream. */
  streamReadBufferBytes: 512 * KIB,
  /** A peer that does not read has its stream reset instead of filling our memory. */
  streamWriteBufferBytes: MIB,
  /** Frames are written in slices of this size, waiting for the peer between them. */
  writeSliceBytes: 64 * KIB,
  /** Inbound streams per connection of one of our protocols. */
  streamsPerProtocol: 8,
  /** One peer, over however many connections, has at most one in so many of a handler's places. */
  handlerPartOfPeer: 2,
  /** After this long a reader that has not taken its answer gives its place to somebody else, if all are taken. */
  slowReaderMs: 1_000,
  /** The whole request must arrive in this time: a slow sender holds a handler slot no longer. */
  requestReadTimeoutMs: 5_000,
  /** The peer must take the whole response in this time. */
  responseWriteTimeoutMs: 20_000,

  /** Messages a channel holds for a peer that is slow to read; then send() says no. */
  channelQueueMessagesMax: 1_024,
  /** Bytes of the same queue. */
  channelQueueBytesMax: 8 * MIB,
  /** Received messages of a channel waiting for the handler; then the stream is paused and the peer has to wait. */
  channelInboxMessagesMax: 64,

  /** Largest gossip message; blocks and larger things are fetched by request. */
  gossipMessageBytesMax: 256 * KIB,
  /** Unsent gossip for one peer; above it the peer is dropped. */
  gossipOutboundBytesMax: MIB,
  /** Gossip messages waiting for the verdict of the application, all peers together and from one peer. */
  gossipValidationsMax: 1_024,
  gossipValidationsPerPeerMax: 128,
  /** Rejected messages, halving every minute, after which a peer is cut off; honest peers forward none. */
  rejectionsMax: 20,
  penalisedPeersMax: 1_024,
  /** Memory one peer's topic subscriptions may take; about 60 topics. */
  gossipTopicBytesPerPeer: 64 * KIB,
  /** Entries one gossip RPC may carry; decoding stops there. */
  gossipRpc: {
    maxSubscriptions: 64,
    maxMessages: 64,
    maxIhaveMessageIDs: 1_024,
    maxIwantMessageIDs: 1_024,
    maxIdontwantMessageIDs: 512,
    maxControlMessages: 64,
    maxPeerInfos: 8
  },

  /**
   * Records of the DHT this node keeps for others, their sizes and
   * the sum of them; the least recently used goes first.
   */
  dhtRecordsMax: 4_096,
  dhtRecordBytesMax: 8 * KIB,
  dhtBytesMax: 8 * MIB,
  /** Peers remembered by the address book. */
  peerBookMax: 2_048,
  dhtStreamsPerConnection: 8,
  dhtQueryTimeoutMs: 5_000,

  /** Peers we heard of but are not connected to. */
  candidatesMax: 512
} as const

export const VERIFY_LIMITS = {
  /** Signatures waiting for a thread. Above it the caller sheds load: 2048 take about 150 ms on one core. */
  pendingMax: 2_048,
  /**
   * Signatures of one message checked at once: if one is invalid all
   * may be, and each takes a millisecond to refuse.
   */
  lostWithOneInvalid: 32,
  /** From so many on, signatures go to threads of our own in batches: below, starting a thread costs more. */
  batchMin: 64,
  /** Signatures handed to a thread at a time: 10 ms of work, so that several threads end together. */
  batchItems: 128,
  /** Threads end when there was no batch for so long: each holds some ten MB. */
  threadIdleMs: 10_000,
  /** Verified (key, message, signature) triples remembered: several blocks' worth, about 3 MiB. */
  rememberedMax: 32_768,
  /** Parsed public keys remembered, about 1 KiB each. */
  publicKeysMax: 4_096
} as const

export const RPC_LIMITS = {
  /** The largest legitimate call carries one transaction with proofs. */
  bodyBytesMax: MIB,
  /** A batch takes one place among the calls; answers of this many still fit into memory together. */
  batchCallsMax: 32,
  /** Calls being worked on; above it the server answers busy. */
  concurrentCallsMax: 64,
  /** Open sockets, headers and body must arrive in these times: slow clients hold no resources. */
  socketsMax: 256,
  headersTimeoutMs: 5_000,
  checkingMs: 1_000,
  requestTimeoutMs: 15_000,
  /** Default patience of the client. */
  clientTimeoutMs: 15_000,
  /** Largest answer the client reads. */
  responseBytesMax: 16 * MIB
} as const

export const DATABASE_LIMITS = {
  /** How long a statement waits for the other connection of the same process. */
  busyTimeoutMs: 5_000,
  /**
   * Pages in the WAL before they are copied into the file: with the
   * usual thousand, a busy store does that each second.
   */
  checkpointPages: 4_096,
  /** Page cache of a connection, so that inserts under random keys read nothing back. */
  cacheKib: 16 * KIB,
  /** The WAL file is cut back to this size after a checkpoint. */
  walBytesMax: 32 * MIB
} as const
