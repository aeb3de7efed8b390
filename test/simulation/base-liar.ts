// A peer that says different things to different people: two blocks of a slot, two acknowledgements, two votes. It keeps
// its memory and its own machine; it merely publishes twice [POS-5, FIN-4].
import type { Intention } from '#base-layer/consensus/events.ts'
import type { BaseNode, Publish } from './base-node.ts'
import type { SimState } from './base-world.ts'

export const publishLies: Publish = (node, intention) => {
  const twin = twinOf(node, intention) ?? intention
  const [first, second] = [node.sign(intention), node.sign(twin)]
  for (let to = 0; to < node.sim.nodes; to++) {
    if (to === node.index) continue
    // Some hear one thing, some the other, and every third hears both.
    if (to % 3 !== 1) node.send(to, first)
    if (to % 3 !== 2) node.send(to, second)
  }
  node.receiveOwn(first)
}

function twinOf(node: BaseNode, intention: Intention): Intention | undefined {
  const head = node.machine?.head
  if (head === undefined) return undefined
  const { world } = node.sim
  switch (intention.kind) {
    case 'propose': {
      const { header } = intention.block
      const { block, state } = world.transition.build(world.stateOf(header.parent), {
        slot: header.slot,
        timeMs: header.timeMs + 1,
        proposer: header.proposer,
        acknowledgements: header.acknowledgements,
        certificates: [],
        transactions: []
      })
      // The last millisecond of a slot has no twin.
      return header.timeMs + 1 < (header.slot + 1) * world.document.parameters.slotMs
        ? { kind: 'propose', block, id: state.id }
        : undefined
    }
    case 'acknowledge':
      return { kind: 'acknowledge', acknowledgement: { ...intention.acknowledgement, block: world.genesis.id } }
    case 'vote': {
      const other = ancestorOf(node, head, intention.vote.target.height - 1)
      if (other === undefined || other.header.height < intention.vote.source.height) return undefined
      const target = { ...intention.vote.target, height: other.header.height, id: other.id }
      return { kind: 'vote', vote: { ...intention.vote, target } }
    }
  }
}

function ancestorOf(node: BaseNode, from: SimState, height: number): SimState | undefined {
  let at = from
  while (at.header.height > height && at.header.height > 0) at = node.sim.world.stateOf(at.header.parent)
  return at.header.height === height ? at : undefined
}
