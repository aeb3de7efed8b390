// Settlement [CLM-4, CKP-5]: in order of sequence, once a checkpoint's window has passed and no commit made
// inside it is open. The log tells the committee whose seats share the sequence's fees.
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import type { AssetId } from '#contracts/primitives/ids.ts'
import { present } from '#contracts/primitives/verdict.ts'
import type { Work } from '../work.ts'
import { committeeOf } from './epochs.ts'
import { appendLogItem } from './log.ts'

export function driveSettlement(work: Work, asset: AssetId, record: AssetRecord): AssetRecord {
  let { settled } = record
  while (settled < record.sequence && isSettling(work, asset, record, settled + 1)) {
    settled += 1
    settle(work, asset, settled)
  }
  return settled === record.settled ? record : { ...record, settled }
}

function isSettling(work: Work, asset: AssetId, { registration }: AssetRecord, sequence: number): boolean {
  const { postedAt, openCommits } = present(work.get('checkpoints', { asset, sequence }), 'a standing checkpoint')
  return openCommits === 0 && work.hasPassed(postedAt, registration.windowTicks)
}

function settle(work: Work, asset: AssetId, sequence: number): void {
  const checkpoint = present(work.get('checkpoints', { asset, sequence }), 'a standing checkpoint')
  work.put('checkpoints', { asset, sequence }, { ...checkpoint, status: 'settled', settledAt: work.height })
  const { epoch } = present(checkpoint.statement, 'only the registration has no statement')
  const { seats } = committeeOf(work, asset, epoch)
  const signers = checkpoint.signers.map(seat => present(seats[seat], 'a signer has a seat').validator)
  appendLogItem(work, asset, { kind: 'settled', sequence, signers })
}
