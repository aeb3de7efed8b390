// evidence.post: two signed votes, acknowledgements or proposals of one peer that contradict each other [FIN-4, POS-5].
import { bytes, type Decoded, record } from '../../codec/codec.ts'

export const EVIDENCE_BYTES = 8 * 1024

export const evidencePostCodec = record({ evidence: bytes(EVIDENCE_BYTES) })
export type EvidencePost = Decoded<typeof evidencePostCodec>
