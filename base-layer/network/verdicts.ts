// What a refusal means for gossip: one table, since rules never mention peers. Only what is wrong whoever looks at it
// counts against the sender; what depends on the time or on our own view is nobody's fault.
import type { GossipAnswer } from '../chain/chain.ts'
import type { GossipVerdict } from '../runtime/host.ts'

const VERDICTS = {
  E_TOO_LARGE: 'reject',
  E_NOT_CANONICAL: 'reject',
  E_SCHEMA: 'reject',
  E_TX_SIGNATURE: 'reject',
  E_TX_TOO_LARGE: 'reject',
  E_TX_OUTPUT_EMPTY: 'reject',
  E_TX_OUTPUT_KEY: 'reject',
  E_TX_INPUT_TWICE: 'reject',
  E_TX_NO_INPUTS: 'reject',
  E_TX_TIMES: 'reject',
  E_PEER_KEY: 'reject',
  E_BOND_UNITS: 'reject',
  E_BOND_KEY: 'reject',
  E_BOND_TWICE: 'reject',
  E_CLAIM_KEY: 'reject',
  E_CHECKPOINT_FORM: 'reject',
  E_CLAIM_FORM: 'reject',
  E_EVIDENCE_FORM: 'reject'
} as const satisfies Readonly<Record<string, GossipVerdict>>

export function verdictOf(code: string): GossipVerdict {
  return Object.hasOwn(VERDICTS, code) ? VERDICTS[code as keyof typeof VERDICTS] : 'ignore'
}

export const ANSWERS: Readonly<Record<GossipAnswer, GossipVerdict>> = {
  relay: 'accept',
  ignore: 'ignore',
  reject: 'reject'
}
