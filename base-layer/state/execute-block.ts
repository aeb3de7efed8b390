// The pipeline of a block [LED-2 to LED-5, FIN-8]. The order is part of the rules:
// 1. certificates: they move the recorded final height, which maturity, clocks and every action below read;
// 2. the tick and the clocks of heights that became final, so that deadlines are the same for all that follows;
// 3. the parent's fees, which only the parent's state and this header's acknowledgements decide;
// 4. transactions in their order, each whole or not at all;
// 5. the drive: what happens by height and tick alone comes after what people did in this block, so a claim or
//    checkpoint in the last block of its window is in time; periods last, since a snapshot takes in all of its block;
// 6. seal: counts every atom and makes the trees.
import type { Transaction } from '#contracts/ledger/transaction.ts'
import type { Slot } from '#contracts/primitives/ids.ts'
import { accept, type Rejection, type Verdict } from '#contracts/primitives/verdict.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import { applyTransaction, type PreparedTransaction } from './transactions/apply-transaction.ts'
import { driveAssets } from './assets/drive.ts'
import { BlockBudget, costOfCertificate, costOfTransaction } from './transactions/block-limits.ts'
import { applyCertificate, applyTick } from './finality/certificates.ts'
import type { ChainState } from './chain-state.ts'
import { shareFees } from './transactions/fees.ts'
import { driveGovernance } from './governance/office.ts'
import type { KeyEntry } from './trees/key-history.ts'
import type { LinkStanding } from '#contracts/statements/period-table.ts'
import { driveNames } from './names/expiry.ts'
import { drivePeers } from './finality/peers.ts'
import { drivePeriods } from './finality/periods.ts'
import type { SectionTrees } from './trees/section-trees.ts'
import { Work } from './work.ts'

export interface BlockInput {
  readonly slot: Slot
  readonly link: LinkStanding
  readonly certificates: readonly Certificate[]
  readonly transactions: readonly PreparedTransaction[]
}

export interface Executed {
  readonly work: Work
  readonly trees: SectionTrees
  readonly keyEntries: readonly KeyEntry[]
  readonly certificates: readonly Certificate[]
  readonly included: readonly PreparedTransaction[]
  readonly dropped: readonly Transaction[]
}

/**
 * Executes a body on `parent`. With `isDraft`, what does not apply or fit is left out; otherwise the first such
 * thing refuses the block.
 */
export function executeBlock(parent: ChainState, input: BlockInput, isDraft: boolean): Verdict<Executed> {
  const work = new Work(parent, input.slot)
  const budget = new BlockBudget(work.parameters)
  const certificates: Certificate[] = []
  for (const certificate of input.certificates) {
    const cost = costOfCertificate(certificate)
    const fault = budget.faultOf(cost) ?? faultOf(applyCertificate(work, certificate))
    if (fault === undefined) {
      budget.take(cost)
      certificates.push(certificate)
    } else if (!isDraft) return fault
  }
  applyTick(work)
  shareFees(work, input.link)
  const included: PreparedTransaction[] = []
  const dropped: Transaction[] = []
  for (const prepared of input.transactions) {
    let cost = costOfTransaction(prepared)
    const admit = (keys: number): Rejection | undefined => {
      cost = costOfTransaction(prepared, keys)
      return budget.faultOf(cost)
    }
    const verdict = budget.faultOf(cost) ?? work.attempt(() => applyTransaction(work, prepared, included.length, admit))
    if (verdict.ok) {
      budget.take(cost)
      included.push(prepared)
    } else if (isDraft) dropped.push(prepared.transaction)
    else return verdict
  }
  driveAssets(work)
  driveNames(work)
  drivePeers(work)
  drivePeriods(work)
  driveGovernance(work)
  return accept({ work, ...work.seal(), certificates, included, dropped })
}

function faultOf(verdict: Verdict<unknown>): Rejection | undefined {
  return verdict.ok ? undefined : verdict
}
