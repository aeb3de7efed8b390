// Step 1: the nodes found each other from one bootstrap address, made blocks and finalised the same ones; another joined
// later, caught up, and locked a peer's bond of its own [POS-1].
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { deriveDevKey, deriveDevNodeKeys } from '../../devnet/accounts.ts'
import type { ChildNode } from '../../devnet/child-node.ts'
import { unwrap } from '../../exit-codes.ts'
import { NODE_INFO, NODE_STATUS } from '../../node/node-methods.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'

/** A finalised height that shows several proposers at work. */
const HEIGHT = 4
/** More than the one bootstrap address each was given. */
const PEERS_MIN = 3

export async function observeNetwork(stage: Stage, world: World): Promise<Sight<undefined>> {
  const founders = world.network.nodes.filter(node => node.running)
  const [joiner] = world.network.nodes.filter(node => !node.running)
  const nodes = await Promise.all(founders.map(node => observeNode(stage, world, node)))
  const joined = joiner === undefined ? undefined : await observeJoiner(stage, world, joiner)
  const all = joined === undefined ? nodes : [...nodes, joined.node]
  const ids = new Set(all.map(node => node.block))
  if (ids.size !== 1) throw new Error(`nodes finalised different blocks at height ${HEIGHT}: ${[...ids].join(', ')}`)
  const blocks = await Promise.all(Array.from({ length: HEIGHT }, (_, i) => world.chain.block(i + 1)))
  const proposers = [...new Set(blocks.flatMap(block => (block === undefined ? [] : [world.nameOf(block.proposer)])))]
  const tip = await world.chain.tip('final')
  return {
    value: undefined,
    height: tip.height,
    summary:
      `${all.length} processes agree on final block ${HEIGHT} ${[...ids][0]?.slice(0, 12)}` +
      (joined === undefined ? '' : `; ${joined.node.name} joined at ${joined.joinedAt} and caught up`),
    detail: {
      bootstrap: world.network.bootstrap,
      genesis: world.genesis,
      comparedHeight: HEIGHT,
      comparedBlock: [...ids][0],
      proposers,
      finalHeight: tip.height,
      finalBlock: tip.id,
      nodes: all,
      joiner: joined && {
        name: joined.node.name,
        joinedAt: joined.joinedAt,
        caughtUpMs: joined.caughtUpMs,
        peerSince: joined.peerSince
      }
    }
  }
}

async function observeNode(stage: Stage, world: World, node: ChildNode) {
  const chain = world.chains.get(node.name)
  const block = await stage.until(`block ${HEIGHT} final at ${node.name}`, async () => await chain?.block(HEIGHT))
  const { pid, peerId } = NODE_INFO.parse(await rpcCall(node.rpcUrl, 'node.info'))
  const connected = await stage.until(`${node.name} to find at least ${PEERS_MIN} peers`, async () => {
    const { peers } = NODE_STATUS.parse(await rpcCall(node.rpcUrl, 'node.status'))
    return peers.length >= PEERS_MIN ? peers.length : undefined
  })
  return { name: node.name, pid, peerId, connected, block: block.id }
}

/** Started when the others are well under way; it has the whole chain to fetch. */
async function observeJoiner(stage: Stage, world: World, joiner: ChildNode) {
  const joinedAt = (await world.chain.tip('final')).height
  const startedMs = Date.now()
  await world.network.start(stage.signal, [joiner.name])
  const node = await observeNode(stage, world, joiner)
  await stage.until(`${joiner.name} to have caught up`, async () => {
    const [own, others] = await Promise.all([world.chains.get(joiner.name)?.tip('final'), world.chain.tip('final')])
    return own !== undefined && own.height >= others.height ? own : undefined
  })
  const caughtUpMs = Date.now() - startedMs
  const { publicKey: peer } = deriveDevKey(joiner.name)
  const { peerBondAtoms: bondAtoms } = world.network.genesis.parameters
  const { vrfKey } = deriveDevNodeKeys(joiner.name)
  unwrap(await world.account(joiner.name).act({ kind: 'peer.register', peer, vrfKey, rewards: peer, bondAtoms }))
  const record = await stage.until(`${joiner.name} to be a peer`, () => world.chain.read('peers', peer))
  return { node, joinedAt, caughtUpMs, peerSince: record.registeredAt }
}
