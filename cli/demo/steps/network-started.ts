// Step 1: the nodes found each other from one bootstrap address, made blocks and finalised the same ones.
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { NODE_STATUS, type NodeInfo } from '../../node/node-methods.ts'
import type { Sight, Stage } from '../stage.ts'
import type { World } from '../world.ts'

/** A finalised height that shows several proposers at work. */
const HEIGHT = 4

export async function observeNetwork(
  stage: Stage,
  world: World,
  infos: readonly NodeInfo[]
): Promise<Sight<undefined>> {
  const nodes = await Promise.all(
    world.network.nodes.map(async node => {
      const chain = world.chains.get(node.name)
      const block = await stage.until(`block ${HEIGHT} final at ${node.name}`, async () => await chain?.block(HEIGHT))
      const status = NODE_STATUS.parse(await rpcCall(node.rpcUrl, 'node.status'))
      const info = infos.find(one => one.name === node.name)
      return { name: node.name, pid: info?.pid, peerId: info?.peerId, connected: status.peers.length, block: block.id }
    })
  )
  const ids = new Set(nodes.map(node => node.block))
  if (ids.size !== 1) throw new Error(`nodes finalised different blocks at height ${HEIGHT}: ${[...ids].join(', ')}`)
  const lonely = nodes.filter(node => node.connected < 2)
  if (lonely.length > 0) throw new Error(`${lonely.map(node => node.name).join(', ')} found fewer than two peers`)
  const blocks = await Promise.all(Array.from({ length: HEIGHT }, (_, i) => world.chain.block(i + 1)))
  const proposers = [...new Set(blocks.flatMap(block => (block === undefined ? [] : [world.nameOf(block.proposer)])))]
  const tip = await world.chain.tip('final')
  return {
    value: undefined,
    height: tip.height,
    summary: `${nodes.length} processes agree on final block ${HEIGHT} ${[...ids][0]?.slice(0, 12)}, proposed by ${proposers.join(', ')}`,
    detail: {
      bootstrap: world.network.bootstrap,
      genesis: world.genesis,
      comparedHeight: HEIGHT,
      comparedBlock: [...ids][0],
      proposers,
      finalHeight: tip.height,
      finalBlock: tip.id,
      nodes
    }
  }
}
