// What a node with a key does without being asked: reveal for the seed while its period collects reveals [POS-3], and
// post evidence it has seen [FIN-4, POS-5]. Called by the chain at every new head; idempotent.
import { encode } from '#contracts/codec/codec.ts'
import { seedAlpha } from '#contracts/ledger/actions/seed-reveal.ts'
import { type Transaction, type TransactionBody, transactionSigningBytes } from '#contracts/ledger/transaction.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import { vrfProve } from '#contracts/crypto/vrf.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { type Evidence, evidenceCodec } from '#contracts/statements/evidence.ts'
import type { Secret } from '../runtime/secret.ts'
import type { ChainState } from '../state/chain-state.ts'
import { CHAIN_LIMITS } from './limits.ts'

export interface DutyKeys {
  readonly key: PublicKey
  readonly signing: Secret<Uint8Array>
  readonly vrf: Secret<Uint8Array>
}

export interface DutyPorts {
  /** Puts a transaction of ours into the mempool and tells the peers; what the head refuses is tried at the next. */
  readonly submit: (transaction: Transaction) => void
  /** Pays for and sends an evidence.post. False: not now, there is no coin or no room; true: sent, or never to be. */
  readonly postEvidence: (evidence: Uint8Array) => Promise<boolean>
}

export class Duties {
  readonly #keys: DutyKeys
  readonly #ports: DutyPorts
  /** The proof of a period is made once: it costs milliseconds. */
  #reveal: { readonly period: number; readonly transaction: Transaction } | undefined
  #evidence: Evidence[] = []
  #posting = false

  constructor(keys: DutyKeys, ports: DutyPorts) {
    this.#keys = keys
    this.#ports = ports
  }

  onHead(head: ChainState): void {
    this.#revealFor(head)
    void this.#postEvidence()
  }

  onEvidence(evidence: Evidence): void {
    if (this.#evidence.length < CHAIN_LIMITS.evidenceWaiting) this.#evidence.push(evidence)
  }

  #revealFor(head: ChainState): void {
    const { parameters, genesis } = head.chain
    const next = head.height + 1
    const period = Math.floor(next / parameters.period)
    const place = next - period * parameters.period
    // The snapshot block itself takes none; the last height of the window still does.
    if (period === 0 || place < 1 || place >= parameters.reveals) return
    const reveals = head.get('periods', { kind: 'reveals', period })
    if (reveals?.kind !== 'reveals' || reveals.reveals.some(one => one.peer === this.#keys.key)) return
    if (head.tableOf(period)?.byPeer.has(this.#keys.key) !== true) return
    if (this.#reveal?.period !== period) {
      const proof = vrfProve(this.#keys.vrf.reveal(), seedAlpha(genesis, period))
      const body: TransactionBody = {
        inputs: [],
        outputs: [],
        notBefore: null,
        notAfter: null,
        memo: null,
        preimages: [],
        action: { kind: 'seed.reveal', peer: this.#keys.key, period, proof }
      }
      const signature = signMessage(this.#keys.signing.reveal(), transactionSigningBytes(genesis, body))
      this.#reveal = { period, transaction: { ...body, signature } }
    }
    this.#ports.submit(this.#reveal.transaction)
  }

  /**
   * One at a time; what cannot be paid for now is tried at the next
   * head. What the head refuses is punished already.
   */
  async #postEvidence(): Promise<void> {
    const evidence = this.#evidence[0]
    if (evidence === undefined || this.#posting) return
    this.#posting = true
    const isDone = await this.#ports.postEvidence(encode(evidenceCodec, evidence)).catch(() => true)
    this.#posting = false
    if (isDone) this.#evidence = this.#evidence.slice(1)
  }
}
