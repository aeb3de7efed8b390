// What commands open: the base chain over RPC, and a wallet's own host and asset client. Closed when
// the command ends.
import { randomBytes } from 'node:crypto'
import { encodeAddress, decodeAddress } from '#contracts/crypto/address.ts'
import { findTemplate } from '#contracts/assets/registry.ts'
import type { AssetRecord } from '#contracts/assets/asset-record.ts'
import { type AssetId, isHex32, type PublicKey, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { addressRecordRules, type AssetClient, createAssetClient } from '#asset-layer/index.ts'
import { type BaseChain, type ChainInfo, connectBaseChain } from '#base-layer/index.ts'
import { systemClock } from '#base-layer/runtime/clock.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { createHost } from '#base-layer/runtime/libp2p-host.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import type { Context } from './context.ts'
import { misuse, refused } from './exit-codes.ts'
import { NODE_INFO } from './node/node-methods.ts'
import { publicKeyOf } from './wallets.ts'

export interface Session {
  readonly context: Context
  readonly chain: BaseChain
  readonly info: ChainInfo
  /** Run when the command ends, the last first. */
  readonly closing: (() => Promise<void>)[]
}

/** Runs `work` with a connection to the node of the settings. */
export async function withChain<T>(context: Context, work: (session: Session) => Promise<T>): Promise<T> {
  installNodeCrypto()
  const chain = connectBaseChain(context.settings.rpc.value)
  const closing: (() => Promise<void>)[] = []
  try {
    return await work({ context, chain, info: await chain.info(), closing })
  } finally {
    for (const close of closing.reverse()) await close()
    chain.stop()
  }
}

/** Runs `work` with a wallet's host, which serves nobody and listens nowhere, and an asset client over it. */
export async function withAssets<T>(
  context: Context,
  work: (session: Session & { readonly client: AssetClient }) => Promise<T>
): Promise<T> {
  return await withChain(context, async session => {
    const node = NODE_INFO.parse(await rpcCall(context.settings.rpc.value, 'node.info'))
    const host = await createHost({
      identitySecret: randomBytes(32),
      listen: [],
      bootstrap: node.addresses,
      dht: 'client',
      records: addressRecordRules(session.info.genesis)
    })
    const client = createAssetClient({ chain: session.chain, host, clock: systemClock })
    try {
      return await work({ ...session, client })
    } finally {
      await client.stop()
      await host.stop()
    }
  })
}

/** A key from an address, 64 hexadecimal digits, or the name of a wallet here. */
export async function resolveKey({ context, info }: Session, text: string): Promise<PublicKey> {
  if (text === ZERO_HASH) throw misuse('E_ADDRESS_FORMAT', 'nobody has the key zero')
  if (isHex32(text)) return text as PublicKey
  const { prefix, genesis } = info
  if (text.startsWith(`${prefix}1`)) {
    const address = decodeAddress(text, { prefix, genesis })
    if (!address.ok) throw misuse(address.code, address.why)
    if (address.value.kind !== 'wallet')
      throw misuse('E_ADDRESS_KIND', `this is the address of a ${address.value.kind}`)
    return address.value.id
  }
  const known = await publicKeyOf(context, text)
  if (known === undefined) throw misuse('E_ADDRESS_FORMAT', `${text} is neither an address nor a wallet here`)
  return known
}

export function addressOf({ prefix, genesis }: Pick<ChainInfo, 'prefix' | 'genesis'>, key: PublicKey): string {
  return encodeAddress({ prefix, kind: 'wallet', genesis, id: key })
}

export interface FoundAsset {
  readonly id: AssetId
  readonly record: AssetRecord
  readonly decimals: number
}

/** An asset by id or by symbol; symbols are not unique, ids are. */
export async function findAsset({ chain }: Pick<Session, 'chain'>, text: string): Promise<FoundAsset> {
  const assets = await chain.list('assets')
  const found = assets.filter(({ key, value }) => key === text || value.registration.symbol === text.toUpperCase())
  const [first, second] = found
  if (first === undefined) throw refused('E_ASSET_UNKNOWN', `there is no asset ${text}`)
  if (second !== undefined) {
    throw misuse(
      'E_ASSET_AMBIGUOUS',
      `several assets are called ${text}: ${found.map(one => one.key.slice(0, 12)).join(', ')}`
    )
  }
  return { id: first.key, record: first.value, decimals: decimalsOf(first.value) }
}

export function decimalsOf({ registration: { template, templateVersion, parameters } }: AssetRecord): number {
  const decoded = findTemplate(template, templateVersion)?.decodeParameters(parameters)
  const decimals = decoded?.ok === true ? decoded.value['decimals'] : undefined
  return typeof decimals === 'number' ? decimals : 0
}
