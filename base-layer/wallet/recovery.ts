// Recovery files as operators and holders of shares make them [FIN-9]: a draft from the table
// that finality is stuck with, the parts that a wallet's coin may sign, and what a file weighs so
// far. Over any BaseChain; nothing is believed of a file.
import { hostOf, type OutputRecord, ownerOf } from '#contracts/ledger/output.ts'
import type { Parameters } from '#contracts/ledger/parameters.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { compareText } from '#contracts/primitives/bytes.ts'
import type { OutputId, PublicKey } from '#contracts/primitives/ids.ts'
import { accept, assert, reject, type Verdict } from '#contracts/primitives/verdict.ts'
import { isMajority } from '#contracts/statements/certificate.ts'
import { lastHeightOf, type PeriodEntry } from '#contracts/statements/period-table.ts'
import {
  RECOVERY_HOLDERS,
  RECOVERY_OUTPUTS,
  type RecoveryBody,
  type RecoveryFile,
  recoveryIdOf,
  recoverySigningBytes
} from '#contracts/statements/recovery.ts'
import type { BaseChain } from '../base-chain.ts'
import { weighHolders, youngestCounted } from '../state/actions/finality-recover.ts'
import type { Account } from './account.ts'

/** Where finality stands at the head. */
interface Stuck {
  readonly parameters: Parameters
  readonly period: number
  readonly byPeer: ReadonlyMap<PublicKey, PeriodEntry>
  readonly total: bigint
  /** Outputs created above it did not count. */
  readonly youngest: number
}

async function readStuck(chain: BaseChain): Promise<Verdict<Stuck, 'E_RECOVERY_EARLY'>> {
  const [{ parameters }, head] = await Promise.all([chain.info(), chain.read('finality', { kind: 'head' }, 'head')])
  assert(head?.kind === 'head', 'a state says where its finality is')
  const { period } = head
  const found = await chain.read('periods', { kind: 'entries', period }, 'head')
  // In a recovered period whose snapshot is still to come.
  if (found?.kind !== 'entries') return reject('E_RECOVERY_EARLY', `period ${period} has no table of its own yet`)
  const byPeer = new Map(found.entries.map(entry => [entry.peer, entry]))
  const total = found.entries.reduce((sum, entry) => sum + entry.weight, 0n)
  return accept({ parameters, period, byPeer, total, youngest: youngestCounted(period, parameters) })
}

/**
 * A file without signatures: the stuck table without those who are gone, from the node's newest final block, as
 * far as a file may reach. E_RECOVERY_PEER if nobody would be left or somebody named was not there;
 * E_RECOVERY_EARLY if the chain ticks, where no block would take it.
 */
export async function draftRecovery(
  chain: BaseChain,
  gone: readonly PublicKey[]
): Promise<Verdict<RecoveryBody, 'E_RECOVERY_EARLY' | 'E_RECOVERY_PEER'>> {
  const [{ genesis }, final, head, stuck] = await Promise.all([
    chain.info(),
    chain.tip('final'),
    chain.tip('head'),
    readStuck(chain)
  ])
  if (!stuck.ok) return stuck
  const { parameters, period, byPeer } = stuck.value
  if (head.height + 1 - head.recordedFinal <= parameters.finalLag) {
    return reject('E_RECOVERY_EARLY', `finality is ${head.height - head.recordedFinal} blocks behind and not stuck`)
  }
  const stranger = gone.find(peer => !byPeer.has(peer))
  if (stranger !== undefined) return reject('E_RECOVERY_PEER', `${stranger} is not in the table of period ${period}`)
  const table = [...byPeer.values()]
    .filter(({ peer }) => !gone.includes(peer))
    .map(({ peer, weight }) => ({ peer, weight }))
    .sort((a, b) => compareText(a.peer, b.peer))
  if (table.length === 0) return reject('E_RECOVERY_PEER', 'nobody would be left in the table')
  const next = Math.floor((head.height + 1) / parameters.period) + 1
  assert(lastHeightOf(next, parameters) > head.height + 1, 'the next snapshot serves blocks to come')
  return accept({ genesis, period: Math.max(period, next), height: final.height, block: final.id, table })
}

/** What this wallet may sign of a file: the coin at each of its keys that counted in the stuck table. */
export async function signRecovery(
  chain: BaseChain,
  account: Account,
  file: RecoveryFile
): Promise<Verdict<RecoveryFile, 'E_RECOVERY_EARLY' | 'E_RECOVERY_HOLDER'>> {
  const stuck = await readStuck(chain)
  if (!stuck.ok) return stuck
  const { byPeer, youngest } = stuck.value
  const { all } = await account.coins()
  const message = recoverySigningBytes(file.body)
  const named = new Set(file.holders.flatMap(holder => holder.outputs))
  const holders = [...file.holders]
  for (const owner of account.keyring.keys) {
    const secret = account.keyring.secretOf(owner)
    if (secret === undefined || holders.some(holder => holder.owner === owner)) continue
    const outputs = all.flatMap(({ id, record }) => {
      const host = hostOf(record.output)
      const counted = host !== null && byPeer.has(host) && record.createdAt <= youngest
      return ownerOf(record.output) === owner && counted && !named.has(id) ? [id] : []
    })
    if (outputs.length > 0) holders.push({ owner, outputs, signature: signMessage(secret.reveal(), message) })
  }
  if (holders.length === file.holders.length) {
    return reject('E_RECOVERY_HOLDER', 'no coin of this wallet that has not signed counted in the table')
  }
  const outputs = holders.reduce((sum, holder) => sum + holder.outputs.length, 0)
  if (holders.length > RECOVERY_HOLDERS || outputs > RECOVERY_OUTPUTS) {
    return reject('E_RECOVERY_HOLDER', 'the file has no room for more holders: the largest should sign')
  }
  holders.sort((a, b) => compareText(a.owner, b.owner))
  return accept({ ...file, holders })
}

export type RecoveryStage =
  /** The chain carries it at the node's head. */
  | { readonly kind: 'carried' }
  /** `signed` of `total`, which is what the table weighs that finality is stuck with. */
  | { readonly kind: 'open'; readonly signed: bigint; readonly total: bigint; readonly isEnough: boolean }

/** How far a file has come. E_RECOVERY_HOLDER if an output named is spent, not its signer's, or did not count. */
export async function recoveryStage(
  chain: BaseChain,
  { body, holders }: RecoveryFile
): Promise<Verdict<RecoveryStage, 'E_RECOVERY_EARLY' | 'E_RECOVERY_HOLDER'>> {
  const named = holders.flatMap(holder => holder.outputs)
  const [stuck, kept, ...records] = await Promise.all([
    readStuck(chain),
    chain.read('finality', { kind: 'recovery', id: recoveryIdOf(body) }, 'head'),
    ...named.map(id => chain.read('outputs', id, 'head'))
  ])
  if (kept !== undefined) return accept({ kind: 'carried' })
  if (!stuck.ok) return stuck
  const { byPeer, total, youngest } = stuck.value
  const found = new Map<OutputId, OutputRecord | undefined>(named.map((id, place) => [id, records[place]]))
  const signed = weighHolders(id => found.get(id), { byPeer }, youngest, holders)
  if (!signed.ok) return signed
  return accept({ kind: 'open', signed: signed.value, total, isEnough: isMajority({ total }, signed.value) })
}
