// What the store keeps as canonical bytes beside what the wire and execution define: commits, and where a lane starts.
import { type Decoded, hex32, record, uint } from '#contracts/codec/codec.ts'
import type { CheckpointId } from '#contracts/primitives/ids.ts'
import { DAG_LIMITS, dagRefsCodec } from '#contracts/statements/dag-header.ts'

/** Blocks one commit may hold: every round that is not collected yet, with some twins. */
const COMMIT_BLOCKS = 64 * DAG_LIMITS.seats * 4

const oneRef = dagRefsCodec(1)

export const commitCodec = record({
  place: uint(),
  leader: oneRef,
  blocks: dagRefsCodec(COMMIT_BLOCKS),
  baseHeight: uint()
})
export type StoredCommit = Decoded<typeof commitCodec>

/** Where a lane starts: `StartingPoint` without its tree. */
export const startCodec = record({
  id: hex32<CheckpointId>(),
  sequence: uint(),
  baseHeight: uint(),
  nextStep: uint()
})
export type StoredStart = Decoded<typeof startCodec>
