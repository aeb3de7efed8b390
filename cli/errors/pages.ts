// A page for every code: what it means and what to do. `surety help E_CODE` reads it offline; a test finds every code in
// the sources and asks for its page. Codes of one family that only nodes tell each other share the family's page.
import { COMMAND_PAGES } from './command-pages.ts'
import { NAME_PAGES } from './name-pages.ts'
import { RULE_PAGES } from './rule-pages.ts'

export type Page = readonly [what: string, todo: string]

const PAGES: Readonly<Record<string, Page>> = { ...COMMAND_PAGES, ...RULE_PAGES, ...NAME_PAGES }

const NODES: string =
  'Nothing for a user: a node refused what another node sent. If your own node says it of itself, report it.'

/** By prefix, for rules that nodes apply to each other's messages. */
const FAMILIES: Readonly<Record<string, Page>> = {
  E_ACK_: ['An acknowledgement of a block breaks a rule.', NODES],
  E_BLOCK_: ['A block breaks a rule.', NODES],
  E_RECOVERY_: [
    'A recovery file cannot take the place of the table that finality is stuck with.',
    'Look at docs/protocol.md, FIN-9, for what a file must name and who must sign it; make it anew if need be.'
  ],
  E_CERT_: ['A finality certificate in a block cannot count on that chain.', NODES],
  E_CERTIFICATE_: [
    'The signatures do not make a certificate.',
    'Ask another node; a proof with this fault proves nothing.'
  ],
  E_CHECKPOINT_: ['A posted checkpoint does not follow from what the base chain holds.', NODES],
  E_CLAIM_: [
    'A claim is not admissible as it is.',
    'Look at `surety claim list`: the target may be settled, void or already judged.'
  ],
  E_DAG_: ['A block of a committee breaks a rule.', NODES],
  E_EVIDENCE_: ['Evidence of double signing is not admissible.', NODES],
  E_FINALITY_: [
    'A proof of finality does not lead from the genesis you trust to its header.',
    'Fetch it again from another node; check --genesis.'
  ],
  E_IMPORT_: [
    'A stored or fetched state is not the one its header commits to.',
    'Remove the data folder of that node and let it synchronise.'
  ],
  E_RECEIPT_: [
    'The receipt does not show what it says.',
    'Fetch it again; if a committee member sent it, ask another.'
  ],
  E_REVEAL_: ['A seed reveal breaks a rule.', NODES],
  E_SNAPSHOT_: [
    'No peer gave the state of a final block that fits the trusted head.',
    'Check the trusted head; without one the node replays the chain, which takes longer.'
  ],
  E_STATEMENT_: ['A statement is not signed by the committee it names.', NODES],
  E_VOTE_: ['A finality vote breaks a rule.', NODES],
  E_WITNESS_: ['A witness does not open what is asked of it.', 'Fetch the proof again from another node.']
}

/** The page of a code, or undefined if there is none. */
export function pageOf(code: string): Page | undefined {
  return ownPageOf(code) ?? FAMILIES[Object.keys(FAMILIES).find(prefix => code.startsWith(prefix)) ?? '']
}

/** Without the family's. */
export function ownPageOf(code: string): Page | undefined {
  return Object.hasOwn(PAGES, code) ? PAGES[code] : undefined
}
