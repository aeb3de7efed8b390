// Names of this layer's protocols: the first 8 bytes of the genesis hash are in each, so that networks never mix.
import type { GenesisHash } from '#contracts/primitives/ids.ts'

const NAMES = ['dag', 'submit', 'addresses', 'steps', 'leaves', 'certified', 'snapshot', 'query', 'receipt'] as const
export type ProtocolName = (typeof NAMES)[number]
export type Protocols = Readonly<Record<ProtocolName, string>>

export function protocolsOf(genesis: GenesisHash): Protocols {
  const entries = NAMES.map(name => [name, `/surety/${genesis.slice(0, 16)}/asset-${name}/1`])
  return Object.fromEntries(entries) as Protocols
}
