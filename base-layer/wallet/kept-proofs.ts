// The path of each own transaction, kept with it [WAL-1]: a document that shows it in a final block to anyone,
// without asking a node. Fetched once the transaction is final, and again at contact when its head has grown old.
import { bytes, decode, encode, record, uint } from '#contracts/codec/codec.ts'
import type { BaseChain, ProofDocument } from '../base-chain.ts'
import type { WalletStore } from './wallet-store.ts'

/** Of one document, both parts. */
const PROOF_BYTES = 8 * 1024 * 1024
const keptProofCodec = record({
  /** Of the final head it was made under. */
  height: uint(),
  finality: bytes(PROOF_BYTES),
  body: bytes(PROOF_BYTES)
})

/** Asked for at one contact, so that a wallet of many transactions is not a burden to its node. */
const RENEWED = 8
/** Newest transactions whose proofs are kept fresh. */
const WATCHED = 256

/** Undefined for bytes that are no kept proof. */
export function decodeKeptProof(encoded: Uint8Array): (ProofDocument & { readonly height: number }) | undefined {
  const decoded = decode(keptProofCodec, encoded, 2 * PROOF_BYTES)
  return decoded.ok ? decoded.value : undefined
}

/** How many were fetched. Proofs older than a period are fetched anew. */
export async function keepProofs(chain: BaseChain, store: WalletStore): Promise<number> {
  const [{ parameters }, { height }] = await Promise.all([chain.info(), chain.tip('final')])
  let fetched = 0
  for (const { id, state, proof } of store.history(WATCHED)) {
    if (state !== 'final' || fetched === RENEWED) continue
    const kept = proof === null ? undefined : decodeKeptProof(Uint8Array.from(proof))
    if (kept !== undefined && height - kept.height < parameters.period) continue
    const document = await chain.proofs.document({ kind: 'transaction', id })
    if (document === undefined) continue
    store.keepProof(id, encode(keptProofCodec, { height, ...document }))
    fetched += 1
  }
  return fetched
}
