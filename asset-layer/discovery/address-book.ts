// Where validators can be reached: own records published in the DHT, others' records looked up there, heard from peers, and
// remembered [COM-3]. A record only says where; who is a member comes from base state, and libp2p proves that the peer
// reached holds the id its record names.
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { AssetId, GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import {
  ADDRESSES_MAX,
  type Address,
  type AddressRecord,
  addressRecordCodec,
  addressSigningBytes
} from '#contracts/statements/address-record.ts'
import { DISCOVERY_LIMITS, REQUEST_LIMITS } from '../limits.ts'
import { addressesAnswerCodec, addressesQuestionCodec } from '../network/requests.ts'
import { checkAddressRecord } from './address-rules.ts'
import { hostRecordKey } from './record-key.ts'

export interface KnownPeer {
  readonly peer: string
  readonly addresses: readonly string[]
}

interface Known extends KnownPeer {
  readonly version: number
  readonly encoded: Uint8Array
  /** When a source last gave it. */
  heardMs: number
}

export interface AddressBookSettings {
  readonly host: Host
  readonly clock: Clock
  readonly genesis: GenesisHash
  readonly genesisTimeMs: number
  /** Protocol of the question for addresses. */
  readonly protocol: string
}

export class AddressBook {
  readonly #settings: AddressBookSettings
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<KnownPeer | undefined>>()

  constructor(settings: AddressBookSettings) {
    this.#settings = settings
  }

  /** A record from anywhere, checked here. The peer it names, or undefined if it is not good. Older ones change nothing. */
  learn(from: Uint8Array): { readonly address: Address; readonly peer: string } | undefined {
    const checked = checkAddressRecord(this.#settings.genesis, from)
    return checked.ok ? this.#remember(checked.value, from) : undefined
  }

  /** What is remembered, without asking anybody. */
  peek(asset: AssetId, validator: PublicKey): KnownPeer | undefined {
    return this.#known.get(nameOf(asset, validator))
  }

  record(asset: AssetId, validator: PublicKey): Uint8Array | undefined {
    return this.#known.get(nameOf(asset, validator))?.encoded
  }

  /** Remembered, else from the DHT, else from peers we are connected to. Equal questions at one time share one search. */
  find(asset: AssetId, validator: PublicKey): Promise<KnownPeer | undefined> {
    const name = nameOf(asset, validator)
    const known = this.#known.get(name)
    const now = this.#settings.clock.nowMs()
    if (known !== undefined && now - known.heardMs < DISCOVERY_LIMITS.freshMs) return Promise.resolve(known)
    const asking = this.#asking.get(name)
    if (asking !== undefined) return asking
    const search = this.#search(asset, validator).finally(() => this.#asking.delete(name))
    this.#asking.set(name, search)
    return search
  }

  /** Forgets that a record is fresh: nobody answered there. */
  doubt(asset: AssetId, validator: PublicKey): void {
    const known = this.#known.get(nameOf(asset, validator))
    if (known !== undefined) known.heardMs = 0
  }

  /** Signs our addresses for an asset and offers them to the DHT. The record is known here even if nobody takes it. */
  async publish(asset: AssetId, validator: PublicKey, secret: Secret<Uint8Array>): Promise<void> {
    const encoded = this.sign(asset, validator, secret)
    if (encoded === undefined) return
    await this.#settings.host.putRecord(hostRecordKey(asset, validator), encoded).catch(() => {})
  }

  /** Our signed record of now, or undefined while the host has no address. */
  sign(asset: AssetId, validator: PublicKey, secret: Secret<Uint8Array>): Uint8Array | undefined {
    const { host, clock, genesis, genesisTimeMs } = this.#settings
    const addresses = host
      .addresses()
      .filter(text => text.length <= 256)
      .slice(0, ADDRESSES_MAX)
    if (addresses.length === 0) return undefined
    const known = this.#known.get(nameOf(asset, validator))
    if (
      known !== undefined &&
      known.addresses.join() === addresses.join() &&
      clock.nowMs() - known.heardMs < DISCOVERY_LIMITS.republishMs / 2
    )
      return known.encoded
    const version = Math.max((known?.version ?? 0) + 1, clock.nowMs() - genesisTimeMs, 0)
    const address: Address = { asset, validator, version, addresses }
    const signature = signMessage(secret.reveal(), addressSigningBytes(genesis, address))
    const encoded = encode(addressRecordCodec, { address, signature })
    this.#remember({ address, signature }, encoded)
    return encoded
  }

  async #search(asset: AssetId, validator: PublicKey): Promise<KnownPeer | undefined> {
    const { host } = this.#settings
    const found = await host.getRecord(hostRecordKey(asset, validator)).catch(() => undefined)
    if (found !== undefined && this.#learnFor(found, asset, validator)) return this.peek(asset, validator)
    for (const peer of host.peers().slice(0, DISCOVERY_LIMITS.askPeers)) {
      for (const record of await this.#ask(peer, asset, [validator])) this.#learnFor(record, asset, validator)
      const known = this.#known.get(nameOf(asset, validator))
      if (known !== undefined && known.heardMs > 0) return known
    }
    return this.peek(asset, validator)
  }

  async #ask(peer: string, asset: AssetId, validators: readonly PublicKey[]): Promise<readonly Uint8Array[]> {
    const { host, protocol } = this.#settings
    const question = encode(addressesQuestionCodec, { asset, validators })
    const options = { timeoutMs: REQUEST_LIMITS.timeoutMs, maxResponseBytes: REQUEST_LIMITS.responseBytes }
    const answer = await host.request(peer, protocol, question, options).catch(() => undefined)
    if (answer === undefined) return []
    const decoded = decode(addressesAnswerCodec, answer, REQUEST_LIMITS.responseBytes)
    return decoded.ok ? decoded.value.records : []
  }

  /** A signed record of another asset or validator is no answer to this question. */
  #learnFor(from: Uint8Array, asset: AssetId, validator: PublicKey): boolean {
    const learnt = this.learn(from)
    return learnt?.address.asset === asset && learnt.address.validator === validator
  }

  #remember({ address }: AddressRecord, encoded: Uint8Array): { address: Address; peer: string } | undefined {
    const peer = peerOf(address.addresses)
    if (peer === undefined) return undefined
    const name = nameOf(address.asset, address.validator)
    const known = this.#known.get(name)
    const heardMs = this.#settings.clock.nowMs()
    if (known !== undefined && known.version >= address.version) {
      if (known.version === address.version) known.heardMs = heardMs
      return { address, peer }
    }
    this.#known.delete(name)
    this.#known.set(name, { peer, addresses: address.addresses, version: address.version, encoded, heardMs })
    if (this.#known.size > DISCOVERY_LIMITS.records) {
      const oldest = this.#known.keys().next().value
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    return { address, peer }
  }
}

/** The one peer that all addresses end in, or undefined if they do not agree. */
export function peerOf(addresses: readonly string[]): string | undefined {
  const peers = new Set(addresses.map(address => /\/p2p\/([1-9A-HJ-NP-Za-km-z]{1,128})$/.exec(address)?.[1]))
  const [peer] = peers
  return peers.size === 1 ? peer : undefined
}

function nameOf(asset: AssetId, validator: PublicKey): string {
  return `${asset}/${validator}`
}
