// Members that lie: twins told to different halves, blocks withheld, ancestors that do not exist or stand elsewhere. Each lie is a valid
// signed block, because an invalid one is dropped at the door and tests nothing.
import { encode } from '#contracts/codec/codec.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import {
  type CheckedDagBlock,
  dagBodyCodec,
  dagBodyHash,
  dagDigest,
  type DagHeader,
  type DagRef
} from '#contracts/statements/dag-header.ts'
import type { AssetNode, Publish } from './asset-node.ts'

/** Draws what to do in each round from the liar's own stream. */
export const publishLies: Publish = (node, proposal) => {
  const { random, world } = node
  const block = node.sign(proposal)
  const others = Array.from({ length: world.context.seats }, (_, seat) => seat).filter(seat => seat !== node.index)
  const order = random.shuffle(others)
  const half = random.between(0, order.length)
  const lie = random.below(100)
  world.checks.onHeader(block.digest, block.header)
  if (lie < 45) {
    world.fired.count('twin')
    const twin = forge(node, block, proposal.header.ancestors)
    for (const to of order.slice(0, half)) node.sendTo(to, block)
    for (const to of order.slice(half)) node.sendTo(to, twin)
    if (random.chance(30)) node.sendTo(random.pick(others), twin)
    // The liar's own machine must know the twin, or it could not follow those who build on it.
    node.later(0, () => node.feed({ kind: 'restored', block: twin, committed: false }))
  } else if (lie < 60) {
    world.fired.count('withheld')
    for (const to of order.slice(0, half)) node.sendTo(to, block)
  } else if (lie < 70) {
    world.fired.count('phantom')
    const ancestors = proposal.header.ancestors.map(ref => (ref.author === order[0] ? nowhere(ref) : ref))
    const phantom = forge(node, block, ancestors)
    for (const to of order.slice(0, half)) node.sendTo(to, phantom)
    for (const to of order.slice(half)) node.sendTo(to, block)
  } else if (lie < 80) {
    world.fired.count('displaced')
    const displaced = forge(node, block, displace(proposal.header.ancestors))
    for (const to of order.slice(0, half)) node.sendTo(to, displaced)
    for (const to of order.slice(half)) node.sendTo(to, block)
  } else {
    for (const to of others) node.sendTo(to, block)
  }
  node.disk.append({ kind: 'own', proposal })
  node.feed({ kind: 'block', block, from: node.seat, nowMs: world.kernel.nowMs })
}

/** Another block of the same round. */
function forge(node: AssetNode, block: CheckedDagBlock, ancestors: readonly DagRef[]): CheckedDagBlock {
  const body = encode(dagBodyCodec, [node.random.bytes(8)])
  const header: DagHeader = { ...block.header, ancestors, bodyHash: dagBodyHash(body), bodyBytes: body.length }
  const twin = node.sign({ kind: 'propose', header, digest: dagDigest(header), body })
  node.world.checks.onHeader(twin.digest, header)
  return twin
}

/** The own block before in the place of everyone's: a quorum of parents that is one block. */
function displace(ancestors: readonly DagRef[]): readonly DagRef[] {
  const own = ancestors[0]
  return ancestors.map(ref => (own === undefined || ref.round === 0 ? ref : { ...ref, digest: own.digest }))
}

function nowhere(ref: DagRef): DagRef {
  return ref.round === 0 ? ref : { ...ref, digest: hashHex('nowhere', encode(dagBodyCodec, [])) }
}
