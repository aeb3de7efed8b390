// Names as a wallet believes them: the leaf is proven under a final head, from the wallet's own trust on [NAM-2,
// PRF-5]. What a node says of a name without proof pays nobody.
import type { Name } from '#contracts/names/name.ts'
import { type ProvenName, type ResolveCode, type ResolvedName, resolveName } from '#contracts/names/resolve.ts'
import { reject, type Verdict } from '#contracts/primitives/verdict.ts'
import type { BaseChain } from '../base-chain.ts'
import type { LightClient } from '../light/light-client.ts'
import { checkDocument } from '../light/proof-document.ts'

/** The name as it stands under the newest final head, or E_PROOF_... if the node's proof shows something else. */
export async function readProvenName(
  chain: BaseChain,
  trusted: LightClient,
  name: Name
): Promise<Verdict<ProvenName, string>> {
  const keys = [{ section: 'names', key: { kind: 'name', name } }] as const
  const [{ genesis, parameters }, present] = await Promise.all([
    chain.info(),
    chain.proofs.document({ kind: 'present', keys })
  ])
  const document = present ?? (await chain.proofs.document({ kind: 'absent', keys }))
  if (document === undefined)
    return reject('E_PROOF_NONE', 'the node shows neither that the name is held nor that it is free')
  const checked = checkDocument(trusted, document.finality, document.body)
  if (!checked.ok) return checked
  const { shown, client } = checked.value
  const { ticks } = client.head.header
  const base = { genesis, name, ticks, graceTicks: parameters.nameGraceTicks }
  if (shown.kind === 'absent' && shown.keys.some(one => isName(one, name))) {
    return { ok: true, value: { ...base, record: null } }
  }
  const leaf = shown.kind === 'present' ? shown.leaves.find(one => isName(one, name)) : undefined
  if (leaf?.section !== 'names' || leaf.value.kind !== 'name') {
    return reject('E_PROOF_VALUE', 'the proof is of something else')
  }
  const { kind: _, ...record } = leaf.value
  return { ok: true, value: { ...base, record } }
}

/** What a name stands for now, proven. */
export async function resolveProvenName(
  chain: BaseChain,
  trusted: LightClient,
  name: Name
): Promise<Verdict<ResolvedName, ResolveCode | (string & {})>> {
  const proven = await readProvenName(chain, trusted, name)
  return proven.ok ? resolveName(proven.value) : proven
}

function isName(one: { readonly section: string; readonly key: unknown }, name: Name): boolean {
  const key = one.key as { readonly kind?: unknown; readonly name?: unknown }
  return one.section === 'names' && key.kind === 'name' && key.name === name
}
