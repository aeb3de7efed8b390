// The development network as data: who its nodes are and what its genesis document says [GEN-1]. Four peers of equal
// weight found the network and also serve assets, three more full nodes serve, one joins to watch and claim.
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import type { Output } from '#contracts/ledger/output.ts'
import { DEV_PARAMETERS } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { ACCOUNT_NAMES, deriveDevKey, deriveDevNodeKeys, ownerNameOf } from './accounts.ts'

export type NodeRole = 'peer' | 'server' | 'joiner'

export interface PlannedNode {
  readonly name: string
  readonly role: NodeRole
}

/** In the order of their start; the first is the one bootstrap address of all others. */
export const DEV_NODES: readonly PlannedNode[] = [
  ...['ada', 'ben', 'cleo', 'dan'].map(name => ({ name, role: 'peer' as const })),
  ...['eve', 'finn', 'gil'].map(name => ({ name, role: 'server' as const })),
  { name: 'hana', role: 'joiner' as const }
]

/** What each founding peer hosts for itself and never spends: a quarter of the weight, so that none holds a third. */
const HOSTED_SHARES = 1000n

/** Several small outputs for everyone, so that several transactions can be under way at once. */
const PURSES = {
  /** Of a node: fees of its checkpoints and claims, deposits of claims. */
  node: { count: 16, shares: 25n },
  /** Of a node's owner: bonds. */
  owner: { count: 4, shares: 500n },
  account: { count: 16, shares: 100n }
} as const

/** The genesis document of a development network whose slot 0 starts at `genesisTimeMs` (Unix milliseconds). */
export function buildDevGenesis(genesisTimeMs: number): Genesis {
  const founders = DEV_NODES.filter(node => node.role === 'peer').map(node => deriveDevNodeKeys(node.name))
  return {
    prefix: 'sdev',
    genesisTimeMs,
    parameters: DEV_PARAMETERS,
    seed0: hashHex('dev-seed', asciiToBytes('surety')),
    peers: founders.map(keys => ({
      peer: keys.publicKey,
      vrfKey: keys.vrfKey,
      rewards: keys.publicKey,
      bondAtoms: DEV_PARAMETERS.peerBondAtoms
    })),
    outputs: [
      ...founders.map(keys => outputOf(keys.publicKey, keys.publicKey, HOSTED_SHARES)),
      ...DEV_NODES.flatMap(({ name }) => [...purseOf('node', name), ...purseOf('owner', ownerNameOf(name))]),
      ...ACCOUNT_NAMES.flatMap(name => purseOf('account', name))
    ]
  }
}

function purseOf(kind: keyof typeof PURSES, name: string): readonly Output[] {
  const owner = deriveDevKey(name).publicKey
  const { count, shares } = PURSES[kind]
  return Array.from({ length: count }, () => outputOf(owner, null, shares))
}

function outputOf(owner: PublicKey, host: PublicKey | null, shares: bigint): Output {
  return { kind: 'key', owner, host, atoms: shares * ATOMS_PER_SHARE }
}
