// The datastore under libp2p: peers and DHT records in memory, every kind with a cap, least recently used out first.
// Provider records, which this network does not use and kad-dht stores without a limit, are dropped at the door.
import type { Libp2pInit } from 'libp2p'
import { NETWORK_LIMITS } from './limits.ts'

type Datastore = NonNullable<Libp2pInit['datastore']>
type Key = Parameters<Datastore['get']>[0]
type Pair = { key: Key; value: Uint8Array }
type Query = Parameters<Datastore['query']>[0]
type KeyQuery = Parameters<Datastore['queryKeys']>[0]

interface Shelf {
  readonly prefix: string
  readonly entriesMax: number
  readonly valueBytesMax: number
  /** Of all values together. */
  readonly bytesMax: number
  bytes: number
  readonly entries: Map<string, { readonly key: Key; readonly value: Uint8Array }>
}

const OTHER_ENTRIES_MAX = 256
/** A record with its key, time and framing. */
const RECORD_OVERHEAD_BYTES = 512
const PEER_BYTES_MAX = 16 * 1024

export class RecordStore implements Datastore {
  readonly #shelves: readonly Shelf[] = [
    shelf(
      '/dht/record/',
      NETWORK_LIMITS.dhtRecordsMax,
      NETWORK_LIMITS.dhtRecordBytesMax + RECORD_OVERHEAD_BYTES,
      NETWORK_LIMITS.dhtBytesMax
    ),
    shelf('/dht/provider/', 0, 0),
    shelf('/peers/', NETWORK_LIMITS.peerBookMax, PEER_BYTES_MAX),
    shelf('/', OTHER_ENTRIES_MAX, PEER_BYTES_MAX)
  ]

  /** Entries kept under a prefix, for tests and metrics. */
  count(prefix: string): number {
    return this.#shelves.filter(one => one.prefix.startsWith(prefix)).reduce((sum, one) => sum + one.entries.size, 0)
  }

  put(key: Key, value: Uint8Array): Key {
    const shelf = this.#shelfOf(key)
    const name = key.toString()
    drop(shelf, name)
    if (shelf.entriesMax === 0 || value.length > shelf.valueBytesMax) return key
    shelf.entries.set(name, { key, value })
    shelf.bytes += value.length
    while (shelf.entries.size > shelf.entriesMax || shelf.bytes > shelf.bytesMax) {
      const oldest = shelf.entries.keys().next()
      if (oldest.done === true) break
      drop(shelf, oldest.value)
    }
    return key
  }

  get(key: Key): Uint8Array {
    const { entries } = this.#shelfOf(key)
    const name = key.toString()
    const entry = entries.get(name)
    if (entry === undefined) throw Object.assign(new Error('not found'), { name: 'NotFoundError' })
    entries.delete(name)
    entries.set(name, entry)
    return entry.value
  }

  has(key: Key): boolean {
    return this.#shelfOf(key).entries.has(key.toString())
  }

  delete(key: Key): void {
    drop(this.#shelfOf(key), key.toString())
  }

  async *putMany(source: AsyncIterable<Pair> | Iterable<Pair>): AsyncGenerator<Key> {
    for await (const { key, value } of source) yield this.put(key, value)
  }

  async *getMany(source: AsyncIterable<Key> | Iterable<Key>): AsyncGenerator<Pair> {
    for await (const key of source) yield { key, value: this.get(key) }
  }

  async *deleteMany(source: AsyncIterable<Key> | Iterable<Key>): AsyncGenerator<Key> {
    for await (const key of source) {
      this.delete(key)
      yield key
    }
  }

  batch(): ReturnType<Datastore['batch']> {
    const steps: (() => void)[] = []
    return {
      put: (key, value) => {
        steps.push(() => {
          this.put(key, value)
        })
      },
      delete: key => {
        steps.push(() => this.delete(key))
      },
      commit: () => {
        for (const step of steps.splice(0)) step()
      }
    }
  }

  async *query(query: Query): AsyncGenerator<Pair> {
    const pairs = this.#matching(query.prefix).filter(pair => (query.filters ?? []).every(test => test(pair)))
    for (const order of query.orders ?? []) pairs.sort(order)
    const start = query.offset ?? 0
    yield* pairs.slice(start, query.limit === undefined ? undefined : start + query.limit)
  }

  async *queryKeys(query: KeyQuery): AsyncGenerator<Key> {
    const keys = this.#matching(query.prefix)
      .map(pair => pair.key)
      .filter(key => (query.filters ?? []).every(test => test(key)))
    for (const order of query.orders ?? []) keys.sort(order)
    const start = query.offset ?? 0
    yield* keys.slice(start, query.limit === undefined ? undefined : start + query.limit)
  }

  #shelfOf(key: Key): Shelf {
    const name = key.toString()
    const found = this.#shelves.find(one => name.startsWith(one.prefix))
    if (found === undefined) throw new Error('a datastore key starts with a slash')
    return found
  }

  #matching(prefix = '/'): Pair[] {
    return this.#shelves
      .flatMap(one => [...one.entries])
      .filter(([name]) => name.startsWith(prefix))
      .map(([, { key, value }]) => ({ key, value }))
  }
}

function shelf(
  prefix: string,
  entriesMax: number,
  valueBytesMax: number,
  bytesMax: number = entriesMax * valueBytesMax
): Shelf {
  return { prefix, entriesMax, valueBytesMax, bytesMax, bytes: 0, entries: new Map() }
}

function drop(from: Shelf, name: string): void {
  const entry = from.entries.get(name)
  if (entry === undefined) return
  from.entries.delete(name)
  from.bytes -= entry.value.length
}
