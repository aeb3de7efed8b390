// What consensus wants on disk and is not there yet: blocks and certificates, written together before anything that
// follows from them leaves this node [FIN-7, POS-5]. Part of the chain's writer.
import type { Block } from '#contracts/statements/block.ts'
import type { Certificate } from '#contracts/statements/vote.ts'
import type { ChainStore, StoredBlock } from '../store/chain-store.ts'
import { encodeStamp, type FileVoteGuard } from '../store/vote-guard.ts'
import { bytesOfBlock } from './block-bytes.ts'

/** Certificates kept to build hand-overs of periods that ended in one step with later blocks. */
const RECENT_CERTIFICATES = 32

export class PendingWrites {
  readonly #store: ChainStore
  /** Its stamp goes with every write, so that an older copy of its file is noticed. Null for a node without keys. */
  readonly #guard: Pick<FileVoteGuard, 'stamp'> | null
  #blocks: StoredBlock[] = []
  #certificates: Certificate[] = []
  #recent: readonly Certificate[] = []

  constructor(store: ChainStore, guard: Pick<FileVoteGuard, 'stamp'> | null) {
    this.#store = store
    this.#guard = guard
  }

  /** The newest certificates, those of the last run included once it was restored. */
  get recent(): readonly Certificate[] {
    return this.#recent
  }

  get stamp(): Uint8Array | undefined {
    return this.#guard === null ? undefined : encodeStamp(this.#guard.stamp)
  }

  restore(certificates: readonly Certificate[]): void {
    this.#recent = certificates
  }

  addBlock(block: Block, id: StoredBlock['id']): void {
    const { height, slot } = block.header
    this.#blocks.push({ id, height, slot, bytes: bytesOfBlock(block) })
  }

  addCertificate(certificate: Certificate): void {
    this.#certificates.push(certificate)
    this.#recent = [...this.#recent, certificate].slice(-RECENT_CERTIFICATES)
  }

  flush(): void {
    if (this.#blocks.length === 0 && this.#certificates.length === 0) return
    this.#store.put(this.#blocks, this.#certificates, this.stamp)
    this.#blocks = []
    this.#certificates = []
  }
}
