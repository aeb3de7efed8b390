// Names as commands use them: proven from the genesis document that this machine trusts, where it has one.
import { resolveProvenName } from '#base-layer/index.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { asName, type Name } from '#contracts/names/name.ts'
import { standingOf } from '#contracts/names/name-record.ts'
import type { ResolvedName } from '#contracts/names/resolve.ts'
import { readGenesis } from './devnet/genesis-file.ts'
import { misuse, refused, unwrap } from './exit-codes.ts'
import { genesisClient } from './proofs.ts'
import type { Session } from './session.ts'

export interface FoundName extends ResolvedName {
  /** False: only the node says so, for there is no genesis document of this network here. */
  readonly proven: boolean
}

export function nameOf(text: string): Name {
  const name = asName(text)
  if (name === undefined) throw misuse('E_NAME_TEXT', `${text} is not a name: 3 to 63 of a-z, 0-9 and inner hyphens`)
  return name
}

/** What a name stands for. Throws E_NAME_FREE, E_NAME_EXPIRED, or what is wrong with the node's proof. */
export async function findName({ chain, info, context }: Session, name: Name): Promise<FoundName> {
  const genesis = await readGenesis(context.settings.genesis.value)
  if (genesis.ok && genesisHashOf(genesis.value) === info.genesis) {
    const trusted = unwrap(genesisClient(genesis.value))
    return { ...unwrap(await resolveProvenName(chain, trusted, name)), proven: true }
  }
  context.output.note(
    'Not proven: there is no genesis document of this network here, so the node is believed (--genesis)'
  )
  const [found, { ticks }] = await Promise.all([chain.read('names', { kind: 'name', name }), chain.tip('final')])
  const record = found?.kind === 'name' ? found : null
  const standing = standingOf(record, ticks, info.parameters.nameGraceTicks)
  if (standing.kind === 'free') throw refused('E_NAME_FREE', `nobody holds the name ${name}`)
  if (standing.kind === 'grace') throw refused('E_NAME_EXPIRED', `the name ${name} has expired`)
  const { owner, targets, expiresAt } = standing
  return { owner, targets, expiresAt, proven: false }
}
