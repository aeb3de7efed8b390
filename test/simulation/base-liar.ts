// Peers that say different things to different people: two blocks of a slot, two acknowledgements, two votes, or a vote
// that surrounds an earlier one. They keep their memory and their own machine [POS-5, FIN-4]. (Two machines with one key
// are the third kind of liar: each is driven as an honest one.)
import type { Intention } from '#base-layer/consensus/events.ts'
import { isSamePeriod, type Vote } from '#contracts/statements/vote.ts'
import { type BaseNode, type Publish, publishHonestly } from './base-node.ts'
import type { SimState } from './base-world.ts'

export const publishLies: Publish = (node, intention) => {
  const twin = twinOf(node, intention) ?? intention
  if (twin !== intention) {
    node.sim.fired.count('lies')
    node.sim.fired.count(`double-${intention.kind}`)
  }
  const [first, second] = [node.sign(intention), node.sign(twin)]
  for (let to = 0; to < node.sim.nodes; to++) {
    if (to === node.index) continue
    // Some hear one thing, some the other, and every third hears both.
    if (to % 3 !== 1) node.send(to, first)
    if (to % 3 !== 2) node.send(to, second)
  }
  node.receiveOwn(first)
}

/** Now and then, instead of its vote, one from the root: around all that it voted before in the period. */
export const publishSurrounding: Publish = (node, intention) => {
  const vote = intention.kind === 'vote' ? surroundingOf(node, intention.vote) : undefined
  if (vote === undefined) return publishHonestly(node, intention)
  node.sim.fired.count('surround-vote')
  publishHonestly(node, { kind: 'vote', vote })
}

function surroundingOf(node: BaseNode, vote: Vote): Vote | undefined {
  const isInside = (earlier: Vote): boolean =>
    isSamePeriod(earlier, vote) && earlier.source.epoch > 0 && earlier.target.epoch < vote.target.epoch
  return vote.target.epoch % 3 === 0 && node.votes.some(isInside) ? { ...vote, source: vote.root } : undefined
}

function twinOf(node: BaseNode, intention: Intention): Intention | undefined {
  const head = node.machine?.head
  if (head === undefined) return undefined
  const { world } = node.sim
  switch (intention.kind) {
    case 'propose': {
      const { header } = intention.block
      // The last millisecond of a slot has no twin.
      if (header.timeMs + 1 >= (header.slot + 1) * world.document.parameters.slotMs) return undefined
      const { block, state } = world.transition.build(world.stateOf(header.parent), {
        slot: header.slot,
        timeMs: header.timeMs + 1,
        proposer: header.proposer,
        acknowledgements: header.acknowledgements,
        certificates: [],
        transactions: []
      })
      return { kind: 'propose', block, id: state.id }
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
