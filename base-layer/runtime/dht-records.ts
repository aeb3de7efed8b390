// Records in the DHT: every one passes its namespace's validator before it is stored or returned, and the selector
// picks among several. What is found is a hint; whoever uses it proves it against the chain.
import { RuntimeError } from './errors.ts'
import type { RecordRules } from './host.ts'
import type { Node } from './libp2p-settings.ts'
import { NETWORK_LIMITS } from './limits.ts'

export class DhtRecords {
  readonly #node: Node
  readonly #rules: Readonly<Record<string, RecordRules>>

  constructor(node: Node, rules: Readonly<Record<string, RecordRules>>) {
    this.#node = node
    this.#rules = rules
  }

  async put(key: Uint8Array, value: Uint8Array): Promise<void> {
    const rules = this.#rulesOf(key)
    if (value.length > NETWORK_LIMITS.dhtRecordBytesMax) {
      throw new RuntimeError('E_TOO_LARGE', `a record of ${value.length} bytes`)
    }
    if (!(await isValid(rules, key, value)))
      throw new RuntimeError('E_RECORD_REFUSED', 'the validator refuses the record')
    const signal = AbortSignal.timeout(NETWORK_LIMITS.dhtQueryTimeoutMs)
    try {
      // The record is kept here first, then offered to the closest peers; those that do not answer are passed over.
      await drain(this.#node.services.dht.put(key, value, { signal }))
    } catch (error) {
      if (!signal.aborted) throw new RuntimeError('E_STOPPED', `the record could not be offered: ${String(error)}`)
    }
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const rules = this.#rulesOf(key)
    const found: Uint8Array[] = []
    const signal = AbortSignal.timeout(NETWORK_LIMITS.dhtQueryTimeoutMs)
    try {
      // Values are taken as they come by: the query itself fails if it cannot correct one peer's old record.
      const onProgress = (event: { type: string; detail: unknown }): void => {
        if (event.type === 'kad-dht:query:value') found.push((event.detail as { value: Uint8Array }).value)
      }
      await drain(this.#node.services.dht.get(key, { signal, onProgress }))
    } catch {
      // Out of time, or a peer refused its correction: what was found until then counts.
    }
    const valid: Uint8Array[] = []
    for (const value of found) if (await isValid(rules, key, value)) valid.push(value)
    return valid.length === 0 ? undefined : valid[rules.select(key, valid)]
  }

  #rulesOf(key: Uint8Array): RecordRules {
    const [empty, namespace = '', name] = Buffer.from(key).toString('latin1').split('/', 3)
    const rules = Object.hasOwn(this.#rules, namespace) ? this.#rules[namespace] : undefined
    if (empty !== '' || name === undefined || rules === undefined) {
      throw new RuntimeError('E_RECORD_REFUSED', 'a record key is /<namespace>/<name> of a known namespace')
    }
    return rules
  }
}

/** Runs a query to its end; what it reports on the way is not needed. */
async function drain(query: AsyncIterable<unknown>): Promise<void> {
  const events = query[Symbol.asyncIterator]()
  while ((await events.next()).done !== true);
}

async function isValid(rules: RecordRules, key: Uint8Array, value: Uint8Array): Promise<boolean> {
  try {
    await rules.validate(key, value)
    return true
  } catch {
    return false
  }
}
