// Makes an AssetClient over a base chain and a host, which may be a DHT client that serves nobody.
import type { BaseChain } from '#base-layer/index.ts'
import type { Clock } from '#base-layer/runtime/clock.ts'
import type { Host } from '#base-layer/runtime/host.ts'
import type { AssetClient } from './asset-client.ts'

export interface AssetClientSettings {
  readonly chain: BaseChain
  /** Made with `addressRecordRules`. */
  readonly host: Host
  readonly clock: Clock
}

export declare function createAssetClient(settings: AssetClientSettings): AssetClient
