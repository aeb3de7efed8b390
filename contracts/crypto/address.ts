// Addresses as people copy them: bech32m (BIP-350) over version, kind, four bytes of the genesis hash, and
// the 32-byte key or id [KEY-2]. Wallets, the command line and route records use them; a decoded address
// still names its chain only by prefix and genesis tag, so pass what you expect.
import { bech32, bech32m } from '@scure/base'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { type GenesisHash, type Hash, isHex32, type PublicKey, ZERO_HASH } from '../primitives/ids.ts'
import { accept, assert, reject, type Verdict } from '../primitives/verdict.ts'

/** Kinds in the order of their byte. Append-only. */
const KINDS = ['wallet', 'asset', 'node'] as const
export type AddressKind = (typeof KINDS)[number]

export interface AddressParts {
  /** The chain's tag: `surety`, `stest`, `sdev`, or a sidechain's; 2 to 16 of a-z and 0-9, a letter first. */
  readonly prefix: string
  readonly kind: AddressKind
  readonly genesis: GenesisHash
  readonly id: Hash | PublicKey
}

export interface DecodedAddress {
  readonly prefix: string
  readonly kind: AddressKind
  /** First 4 bytes of the genesis hash, as 8 hexadecimal digits. */
  readonly genesisTag: string
  /** The key or id; whether a key is usable is for whoever spends to it to check [SIG-3]. */
  readonly id: Hash & PublicKey
}

/** What the reader knows about its own chain; what is absent is not compared. */
export interface AddressExpectation {
  readonly prefix?: string | undefined
  readonly genesis?: GenesisHash | undefined
}

export type AddressCode =
  | 'E_ADDRESS_FORMAT'
  | 'E_ADDRESS_CHECKSUM'
  | 'E_ADDRESS_VERSION'
  | 'E_ADDRESS_KIND'
  | 'E_ADDRESS_OTHER_CHAIN'

const VERSION = 0
const PAYLOAD_BYTES = 38
const PREFIX = /^[a-z][a-z0-9]{1,15}$/
/** One case throughout. The data part's alphabet leaves out 1, b, i and o, so the last 1 ends the prefix. */
const SHAPE = /^(?:[a-z][a-z0-9]{1,15}1[02-9ac-hj-np-z]{6,}|[A-Z][A-Z0-9]{1,15}1[02-9AC-HJ-NP-Z]{6,})$/
const NOT_AN_ADDRESS = reject('E_ADDRESS_FORMAT', 'this is not an address')
/** BIP-350 limit; the checksum's promise ends there. */
const MAX_CHARACTERS = 90

/** The address as text. Asserts if a part is not well formed: it is our own program that makes addresses. */
export function encodeAddress({ prefix, kind, genesis, id }: AddressParts): string {
  assert(PREFIX.test(prefix), 'not an address prefix')
  assert(isHex32(genesis) && isHex32(id) && id !== (ZERO_HASH as string), 'not a 32-byte id')
  const header = Uint8Array.of(VERSION, KINDS.indexOf(kind))
  const tag = hexToBytes(genesis.slice(0, 8))
  return bech32m.encodeFromBytes(prefix, concatBytes(header, tag, hexToBytes(id)))
}

/** The parts of an address a person gave us. Upper case is read, mixed case is not. Never throws. */
export function decodeAddress(text: string, expected: AddressExpectation = {}): Verdict<DecodedAddress, AddressCode> {
  if (text.length > MAX_CHARACTERS || !SHAPE.test(text)) return NOT_AN_ADDRESS
  const lower = text.toLowerCase()
  const decoded = bech32m.decodeUnsafe(lower)
  if (!decoded) {
    const isOlder = bech32.decodeUnsafe(lower) !== undefined
    const why = isOlder ? 'it has the checksum of an older format' : 'a character is wrong or missing'
    return reject('E_ADDRESS_CHECKSUM', `the address does not check: ${why}`)
  }
  const payload = bech32m.fromWordsUnsafe(decoded.words)
  if (!payload) return NOT_AN_ADDRESS
  return readPayload(decoded.prefix, payload, expected)
}

function readPayload(
  prefix: string,
  payload: Uint8Array,
  expected: AddressExpectation
): Verdict<DecodedAddress, AddressCode> {
  const [version, kindByte] = payload
  if (version === undefined || kindByte === undefined) return NOT_AN_ADDRESS
  if (version !== VERSION) return reject('E_ADDRESS_VERSION', `the address has unknown version ${version}`)
  const kind = KINDS[kindByte]
  if (kind === undefined) return reject('E_ADDRESS_KIND', `the address names unknown kind ${kindByte}`)
  const id = bytesToHex(payload.subarray(6))
  if (payload.length !== PAYLOAD_BYTES || id === (ZERO_HASH as string)) return NOT_AN_ADDRESS
  const genesisTag = bytesToHex(payload.subarray(2, 6))
  if (expected.prefix !== undefined && expected.prefix !== prefix) {
    return reject('E_ADDRESS_OTHER_CHAIN', `the address is of chain ${prefix}, not ${expected.prefix}`)
  }
  if (expected.genesis !== undefined && !expected.genesis.startsWith(genesisTag)) {
    return reject('E_ADDRESS_OTHER_CHAIN', `the address is of a chain ${prefix} with another genesis`)
  }
  return accept({ prefix, kind, genesisTag, id: id as Hash & PublicKey })
}
