// Evidence against a peer [FIN-4, POS-5]: two things it signed that no honest peer signs both of. Made by consensus,
// carried by evidence.post, judged by state with nothing but the genesis hash; the penalty is state's.
import { type Codec, type Decoded, record, union } from '../codec/codec.ts'
import { verifySignature } from '../crypto/signature.ts'
import type { GenesisHash, PublicKey } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import {
  acknowledgementSigningBytes,
  type SignedAcknowledgement,
  signedAcknowledgementCodec
} from './acknowledgement.ts'
import { blockIdOf, headerSigningBytes, type SignedHeader, signedHeaderCodec } from './block.ts'
import { isSignedVote } from './certificate.ts'
import { contradicts, signedVoteCodec } from './vote.ts'

function pair<T>(codec: Codec<T>): Codec<{ readonly first: T; readonly second: T }> {
  return record({ first: codec, second: codec })
}

export const evidenceCodec = union({
  /** Two votes of one period that FIN-4 forbids together. */
  votes: [0, pair(signedVoteCodec)],
  /** Two acknowledgements of one slot for different blocks. */
  acknowledgements: [1, pair(signedAcknowledgementCodec)],
  /** Two blocks of one slot. */
  proposals: [2, pair(signedHeaderCodec)]
})
export type Evidence = Decoded<typeof evidenceCodec>

export type EvidenceCode = 'E_EVIDENCE_AGREES' | 'E_EVIDENCE_SIGNATURE' | 'E_EVIDENCE_PEERS'

/** Whom the evidence convicts and of what; for votes the period, else the slot, that one penalty is for. */
export interface Offence {
  readonly kind: Evidence['kind']
  readonly peer: PublicKey
  /** Period of the votes, or slot of the acknowledgements or proposals. */
  readonly when: number
}

/** The offence two signed things prove, or why they prove none. Signatures are checked last. Never throws. */
export function checkEvidence(evidence: Evidence, genesis: GenesisHash): Verdict<Offence, EvidenceCode> {
  const offence = deriveOffence(evidence)
  if (!offence.ok) return offence
  const good = isSignedPair(evidence, genesis)
  return good ? offence : reject('E_EVIDENCE_SIGNATURE', "a signature is not the peer's")
}

/** The same for things whose signatures are known to be good. */
export function deriveOffence(evidence: Evidence): Verdict<Offence, EvidenceCode> {
  const { kind } = evidence
  switch (kind) {
    case 'votes': {
      const { first, second } = evidence
      if (first.peer !== second.peer) return DIFFERENT_PEERS
      if (!contradicts(first.vote, second.vote)) return AGREES
      return accept({ kind, peer: first.peer, when: first.vote.period })
    }
    case 'acknowledgements': {
      const { first, second } = evidence
      if (first.peer !== second.peer) return DIFFERENT_PEERS
      const [a, b] = [first.acknowledgement, second.acknowledgement]
      if (a.slot !== b.slot || a.block === b.block) return AGREES
      return accept({ kind, peer: first.peer, when: a.slot })
    }
    case 'proposals': {
      const [a, b] = [evidence.first.header, evidence.second.header]
      if (a.proposer !== b.proposer) return DIFFERENT_PEERS
      if (a.slot !== b.slot || blockIdOf(a) === blockIdOf(b)) return AGREES
      return accept({ kind, peer: a.proposer, when: a.slot })
    }
  }
}

const DIFFERENT_PEERS = reject('E_EVIDENCE_PEERS', 'signed by different peers')
const AGREES = reject('E_EVIDENCE_AGREES', 'an honest peer may sign both')

function isSignedPair(evidence: Evidence, genesis: GenesisHash): boolean {
  switch (evidence.kind) {
    case 'votes':
      return isSignedVote(evidence.first, genesis) && isSignedVote(evidence.second, genesis)
    case 'acknowledgements':
      return isSignedAcknowledgement(evidence.first, genesis) && isSignedAcknowledgement(evidence.second, genesis)
    case 'proposals':
      return isSignedHeader(evidence.first, genesis) && isSignedHeader(evidence.second, genesis)
  }
}

/** True if the acknowledgement is signed by its peer [SIG-2]. */
export function isSignedAcknowledgement(signed: SignedAcknowledgement, genesis: GenesisHash): boolean {
  const message = acknowledgementSigningBytes(genesis, signed.acknowledgement)
  return verifySignature(signed.peer, message, signed.signature)
}

/** True if the header is signed by its proposer [SIG-2]. */
export function isSignedHeader(signed: SignedHeader, genesis: GenesisHash): boolean {
  return verifySignature(signed.header.proposer, headerSigningBytes(genesis, signed.header), signed.signature)
}
