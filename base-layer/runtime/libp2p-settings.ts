// How libp2p is set up: which protocols exist, what each may use, and how often anything happens by itself. Made for
// many nodes on few cores: a quiet node should cost next to nothing.
import { createHash } from 'node:crypto'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PeerId } from '@libp2p/interface'
import { kadDHT, passthroughMapper, type SelectFn, type ValidateFn } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { groupOfAddress, LOOPBACK_GROUP } from './address-groups.ts'
import { admitsInbound } from './connection-choice.ts'
import type { GossipTopics } from './gossip.ts'
import type { HostSettings, RecordRules } from './host.ts'
import { NETWORK_LIMITS } from './limits.ts'
import type { Penalties } from './penalties.ts'
import type { RecordStore } from './record-store.ts'

export type Node = Awaited<ReturnType<typeof startNode>>

const DHT_PROTOCOL = '/surety/kad/1.0.0'
const HEARTBEAT_MS = 700
/** A dead TCP peer is noticed by its socket; this finds the ones that hang. */
const CONNECTION_PING_MS = 60_000
/** Busy machines answer late: only a peer silent for this long is cut off. */
const PING_TIMEOUT_MIN_MS = 30_000
const SELF_LOOKUP_MS = 120_000
const MESSAGE_ID_BYTES = 20

/** Creates and starts the node. Gossip on topics without a handler is refused, and so are banned peers. */
export async function startNode(settings: HostSettings, store: RecordStore, topics: GossipTopics) {
  const local = isLocalNetwork(settings)
  const gater: ConnectionGater = {}
  const node = await createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', settings.identitySecret),
    nodeInfo: { name: 'surety', userAgent: 'surety/1' },
    datastore: store,
    addresses: { listen: [...settings.listen], announce: [...(settings.announce ?? [])] },
    transports: [tcp({ backlog: NETWORK_LIMITS.listenBacklog })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        enableKeepAlive: false,
        maxInboundStreams: NETWORK_LIMITS.streamsPerConnection,
        maxOutboundStreams: NETWORK_LIMITS.streamsPerConnection,
        streamOptions: {
          initialStreamWindowSize: NETWORK_LIMITS.streamWindowBytes,
          maxStreamWindowSize: NETWORK_LIMITS.streamWindowBytes,
          maxReadBufferLength: NETWORK_LIMITS.streamReadBufferBytes,
          maxWriteBufferLength: NETWORK_LIMITS.streamWriteBufferBytes
        }
      })
    ],
    connectionGater: gater,
    connectionManager: {
      maxConnections: NETWORK_LIMITS.connectionsMax,
      maxIncomingPendingConnections: NETWORK_LIMITS.pendingInboundConnectionsMax,
      inboundConnectionThreshold: local
        ? NETWORK_LIMITS.inboundConnectionsPerSecondLocal
        : NETWORK_LIMITS.inboundConnectionsPerSecond,
      maxParallelDials: NETWORK_LIMITS.parallelDialsMax,
      maxDialQueueLength: NETWORK_LIMITS.dialQueueMax,
      maxPeerAddrsToDial: NETWORK_LIMITS.addressesPerPeerMax,
      dialTimeout: NETWORK_LIMITS.dialTimeoutMs
    },
    connectionMonitor: { pingInterval: CONNECTION_PING_MS, pingTimeout: { minTimeout: PING_TIMEOUT_MIN_MS } },
    services: {
      identify: identify({ maxObservedAddresses: 1 }),
      identifyPush: identifyPush({ concurrency: 4 }),
      ping: ping(),
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: settings.dht === 'client',
        peerInfoMapper: passthroughMapper,
        ...dhtRules(settings.records ?? {}),
        allowQueryWithZeroPeers: true,
        alpha: 3,
        disjointPaths: 4,
        querySelfInterval: SELF_LOOKUP_MS,
        maxInboundStreams: NETWORK_LIMITS.dhtStreamsPerConnection,
        maxOutboundStreams: NETWORK_LIMITS.dhtStreamsPerConnection,
        networkDialTimeout: { maxTimeout: NETWORK_LIMITS.dhtQueryTimeoutMs }
      }),
      gossip: gossipsub(gossipSettings(settings.heartbeatMs ?? HEARTBEAT_MS, topics))
    }
  })
  admitOnly(gater, node, topics.penalties, local)
  await node.start()
  return node
}

function gossipSettings(heartbeatMs: number, topics: GossipTopics): Parameters<typeof gossipsub>[0] {
  return {
    globalSignaturePolicy: StrictNoSign,
    fallbackToFloodsub: false,
    emitSelf: false,
    doPX: false,
    // Small networks: the author sends to everyone subscribed, the mesh covers what that misses.
    floodPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    heartbeatInterval: heartbeatMs,
    msgIdFn: message =>
      createHash('sha256')
        .update(`${message.topic.length}:${message.topic}`)
        .update(message.data)
        .digest()
        .subarray(0, MESSAGE_ID_BYTES),
    msgIdToStrFn: id => Buffer.from(id).toString('base64'),
    // The only hook before a message is remembered: what we do not handle or allow costs no memory.
    dataTransform: {
      inboundTransform: (topic, data) => {
        if (!topics.has(topic)) throw new Error('not one of our topics')
        if (data.length > NETWORK_LIMITS.gossipMessageBytesMax) throw new Error('too large')
        return data
      },
      outboundTransform: (_topic, data) => data
    },
    maxInboundDataLength: NETWORK_LIMITS.gossipMessageBytesMax * 2,
    maxOutboundBufferSize: NETWORK_LIMITS.gossipOutboundBytesMax,
    maxTopicBytesPerPeer: NETWORK_LIMITS.gossipTopicBytesPerPeer,
    decodeRpcLimits: NETWORK_LIMITS.gossipRpc,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    scoreParams: {
      // The graylist of gossipsub starts at -80: the score gets there together with the cut-off.
      appSpecificScore: peer => -topics.penalties.countOf(peer),
      appSpecificWeight: 80 / NETWORK_LIMITS.rejectionsMax,
      // Busy machines break a promise now and then; from the seventh on it counts.
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyWeight: -1,
      behaviourPenaltyDecay: 0.9,
      // A network on one machine is not a sybil attack on it.
      IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
      decayInterval: 5_000,
      retainScore: 600_000
    }
  }
}

function dhtRules(records: Readonly<Record<string, RecordRules>>) {
  const validators: Record<string, ValidateFn> = {}
  const selectors: Record<string, SelectFn> = {}
  for (const [namespace, rules] of Object.entries(records)) {
    validators[namespace] = (key, value) => rules.validate(key, value)
    selectors[namespace] = (key, values) => rules.select(key, values)
  }
  // kad-dht brings a namespace of its own for RSA keys, which this network does not have.
  validators['pk'] = () => {
    throw new Error('public key records are not used')
  }
  return { validators, selectors }
}

/** A node that listens on loopback alone can only be reached by its own machine. */
export function isLocalNetwork({ isLocal, listen }: HostSettings): boolean {
  return isLocal ?? listen.every(address => groupOfAddress(address) === LOOPBACK_GROUP)
}

/** Refuses identities other than Ed25519, banned peers, and strangers once only the slots for our choices are left. */
function admitOnly(gater: ConnectionGater, node: Libp2p, penalties: Penalties, local: boolean): void {
  const isUnwanted = (peer: PeerId): boolean => peer.type !== 'Ed25519' || penalties.isBanned(peer.toString())
  gater.denyInboundConnection = ({ remoteAddr }) => {
    const links = node
      .getConnections()
      .map(({ direction, remoteAddr: address }) => ({ direction, group: groupOfAddress(address.toString()) }))
    return !admitsInbound(links, groupOfAddress(remoteAddr.toString()), local)
  }
  gater.denyInboundEncryptedConnection = isUnwanted
  gater.denyOutboundEncryptedConnection = isUnwanted
}
