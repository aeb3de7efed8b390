// chief.nominate: a member of the board names, changes or takes back its candidate; whoever a majority of the board's
// weight names is chief, from the next action on [GOV-2].
import type { ChiefNominate } from '#contracts/ledger/actions/chief-nominate.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import { accept, reject } from '#contracts/primitives/verdict.ts'
import { boardIn, nominationsIn, writeNominations } from '../governance/office.ts'
import type { ActionContext, Locked } from './context.ts'

export function applyChiefNominate({ work }: ActionContext, { member, candidate }: ChiefNominate): Locked {
  const board = boardIn(work)
  if (!board.weights.has(member)) return reject('E_BOARD_AUTHORITY', 'not on the board of this period')
  if (candidate !== null && !board.weights.has(candidate)) {
    return reject('E_CHIEF_CANDIDATE', 'the chief is first among the members of the board')
  }
  const nominations = nominationsIn(work)
  const before = nominations.find(one => one.member === member)?.candidate ?? null
  if (before === candidate) return reject('E_CHIEF_KNOWN', 'the member says so already')
  const others = nominations.filter(one => one.member !== member)
  const all = candidate === null ? others : [...others, { member, candidate }]
  writeNominations(
    work,
    board,
    all.sort((a, b) => compareText(a.member, b.member))
  )
  return accept(0n)
}
