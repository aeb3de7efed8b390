// The genesis document [GEN-1]: who owns what, who the first peers are, seed_0 and the parameters. Its hash
// names the network in every signature [SIG-2]. Block 0 and its state are made from it by base-layer/state.
import { amount, type Decoded, encode, hex32, list, record, text, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { isUsableKey } from '../crypto/signature.ts'
import { sumAmounts } from '../primitives/amounts.ts'
import type { GenesisHash, Hash, OutputId, PublicKey, TransactionId } from '../primitives/ids.ts'
import { accept, type Rejection, reject, type Verdict } from '../primitives/verdict.ts'
import { hostOf, keysOf, type Output, outputCodec, outputIdOf } from './output.ts'
import { checkParameters, parametersCodec } from './parameters.ts'

/** As many peers as a period's table can hold [POS-1]. */
const GENESIS_PEERS = 1000
/** Owners at the start; a network that begins with more would begin with a migration instead. */
const GENESIS_OUTPUTS = 100_000

const genesisPeerCodec = record({
  peer: hex32<PublicKey>(),
  vrfKey: hex32<PublicKey>(),
  rewards: hex32<PublicKey>(),
  bondAtoms: amount()
})
export type GenesisPeer = Decoded<typeof genesisPeerCodec>

export const genesisCodec = record({
  /** The chain's tag in addresses [KEY-2]. */
  prefix: text(16),
  /** Unix milliseconds at which slot 0 starts. Only clocks read it: no rule does. */
  genesisTimeMs: uint(),
  parameters: parametersCodec,
  seed0: hex32<Hash>(),
  peers: list(genesisPeerCodec, GENESIS_PEERS, 1),
  outputs: list(outputCodec, GENESIS_OUTPUTS, 1)
})
export type Genesis = Decoded<typeof genesisCodec>

export function genesisHashOf(genesis: Genesis): GenesisHash {
  return hashHex<GenesisHash>('genesis', encode(genesisCodec, genesis))
}

/** Id of the output at `index` of the document. */
export function genesisOutputId(genesis: GenesisHash, index: number): OutputId {
  return outputIdOf(genesis as Hash as TransactionId, index)
}

/** All atoms that will ever exist [LED-2]: outputs and peer bonds. Undefined if they reach 2^63. */
export function genesisSupply(genesis: Genesis): bigint | undefined {
  return sumAmounts(
    [...genesis.outputs, ...genesis.peers.map(peer => ({ atoms: peer.bondAtoms }))].map(one => one.atoms)
  )
}

export type GenesisCode =
  | 'E_PARAMETERS'
  | 'E_GENESIS_PREFIX'
  | 'E_GENESIS_PEER'
  | 'E_GENESIS_OUTPUT'
  | 'E_GENESIS_SUPPLY'
  | 'E_GENESIS_WEIGHT'

/** Refuses a document that could not start a network, naming what is wrong [GEN-1, PAR-1]. */
export function checkGenesis(genesis: Genesis): Verdict<Genesis, GenesisCode> {
  const parameters = checkParameters(genesis.parameters)
  if (!parameters.ok) return parameters
  if (!/^[a-z][a-z0-9]{1,15}$/.test(genesis.prefix))
    return reject('E_GENESIS_PREFIX', 'the prefix is 2 to 16 of a-z and 0-9')
  const peers = new Set<PublicKey>()
  for (const peer of genesis.peers) {
    const fault = peerFault(genesis, peer, peers.has(peer.peer))
    if (fault !== undefined) return fault
    peers.add(peer.peer)
  }
  for (const output of genesis.outputs) {
    if (output.atoms === 0n || !keysOf(output).every(isUsableKey))
      return reject('E_GENESIS_OUTPUT', 'an output is empty or nobody can own it')
  }
  if (genesisSupply(genesis) === undefined) return reject('E_GENESIS_SUPPLY', 'the supply reaches 2^63 atoms')
  const isWeighty = (output: Output): boolean => {
    const host = hostOf(output)
    return host !== null && peers.has(host)
  }
  if (!genesis.outputs.some(isWeighty))
    return reject('E_GENESIS_WEIGHT', 'no output is hosted by a peer: nobody could propose')
  return accept(genesis)
}

function peerFault(genesis: Genesis, peer: GenesisPeer, twice: boolean): Rejection<'E_GENESIS_PEER'> | undefined {
  if (twice) return reject('E_GENESIS_PEER', `peer ${peer.peer} is listed twice`)
  if (peer.bondAtoms < genesis.parameters.peerBondAtoms)
    return reject('E_GENESIS_PEER', `the bond of peer ${peer.peer} is too small`)
  const usable = [peer.peer, peer.vrfKey, peer.rewards].every(isUsableKey)
  return usable ? undefined : reject('E_GENESIS_PEER', `a key of peer ${peer.peer} is not usable`)
}
