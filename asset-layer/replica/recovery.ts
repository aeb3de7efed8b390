// What a stored lane tells the consensus machine before it starts: its blocks in the order they were accepted, and our last one
// even if it never left [DAG-6].
import { decode } from '#contracts/codec/codec.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { type CheckedDagBlock, DAG_LIMITS, dagDigest, signedDagHeaderCodec } from '#contracts/statements/dag-header.ts'
import type { ConsensusEvent, ResumePoint } from '../consensus/events.ts'
import { CONSENSUS_LIMITS } from '../consensus/limits.ts'
import type { LaneStore } from '../store/lane-store.ts'
import type { BlockCache } from './block-cache.ts'
import type { OwnBlocks } from './own-blocks.ts'

/** The newest stored commit, if any. */
export function resumePointOf(lane: LaneStore): ResumePoint | undefined {
  const commit = lane.newestCommit()
  if (commit === undefined) return undefined
  const [leader] = commit.leader
  return { index: commit.place, leaderRound: leader?.round ?? 0 }
}

/** Puts what is stored into the cache and returns the `restored` events. */
export function restoreBlocks(lane: LaneStore, cache: BlockCache, own: OwnBlocks): readonly ConsensusEvent[] {
  const floor = Math.max(0, (resumePointOf(lane)?.leaderRound ?? 0) - CONSENSUS_LIMITS.gcDepth)
  const committed = lane.committedDigests(floor)
  const events = lane.blocksAbove(floor).map(({ header, body, digest }): ConsensusEvent => {
    const block = readStored(header, body)
    cache.add(block)
    own.found(block)
    return { kind: 'restored', block, committed: committed.has(digest) }
  })
  const unsent = lane.row.seat === null ? undefined : own.unsent(digest => cache.has(digest))
  if (unsent === undefined) return events
  lane.addBlock(cache.add(unsent))
  return [...events, { kind: 'restored', block: unsent, committed: false }]
}

function readStored(header: Uint8Array, body: Uint8Array): CheckedDagBlock {
  const signed = decode(signedDagHeaderCodec, header, DAG_LIMITS.signedHeaderBytes)
  const value = present(signed.ok ? signed.value : undefined, 'the store holds what it was given')
  return { ...value, digest: dagDigest(value.header), body }
}
