// params.propose and params.approve [GOV-3]: the chief proposes, the board approves, and the change is in force after a
// notice long enough for shareholders to elect another board before it.
import type { ParamsApprove, ParamsPropose } from '#contracts/ledger/actions/params-propose.ts'
import { changeParameters } from '#contracts/ledger/parameter-changes.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { boardIn, chiefIn, proposalIn, writeProposal } from '../governance/office.ts'
import type { ActionContext, Locked } from './context.ts'

/** One proposal is open at a time; the chief may replace one that is not approved. */
export function applyParamsPropose({ work, transaction }: ActionContext, { chief, changes }: ParamsPropose): Locked {
  if (chief !== chiefIn(work)) return reject('E_CHIEF_AUTHORITY', 'only the chief proposes parameters')
  const open = proposalIn(work)
  if (open !== undefined && open.adoptedAt !== null) {
    return reject('E_PARAMS_ADOPTED', 'an approved proposal waits for its notice to pass')
  }
  const changed = changeParameters(work.parameters, changes)
  if (!changed.ok) return changed
  work.put(
    'governance',
    { kind: 'proposal' },
    { kind: 'proposal', id: transaction, changes, proposedAt: work.height, approvals: [], adoptedAt: null }
  )
  return accept(0n)
}

/** Until the notice has passed, a member may approve or take its approval back. */
export function applyParamsApprove({ work }: ActionContext, action: ParamsApprove): Locked {
  const { member, proposal: id, approves } = action
  const board = boardIn(work)
  if (!board.weights.has(member)) return reject('E_BOARD_AUTHORITY', 'not on the board of this period')
  const proposal = proposalIn(work)
  if (proposal?.id !== id) return reject('E_PARAMS_UNKNOWN', 'this proposal is not the open one')
  const others = proposal.approvals.filter(one => one !== member)
  const isApproving = others.length < proposal.approvals.length
  if (isApproving === approves) return reject('E_PARAMS_TWICE', 'the member says so already')
  const approvals = approves ? [...others, member].sort(compareText) : others
  writeProposal(work, board, { ...proposal, approvals })
  return accept(0n)
}
