// A host in a process of its own that echoes, answers with four megabytes, and says how much memory it takes: its own, and
// nothing of whoever attacks it. Prints its first address; ends with its standard input.
import { createHost } from '#base-layer/runtime/libp2p-host.ts'

const MIB = 1024 * 1024

const host = await createHost({
  identitySecret: new Uint8Array(32).fill(61),
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: [],
  dht: 'server'
})
const options = { maxRequestBytes: 1_000, concurrency: 16 }
host.handle('/surety/echo/1', async body => body, options)
host.handle('/surety/big/1', async () => new Uint8Array(4 * MIB), options)
host.handle('/surety/memory/1', async () => new TextEncoder().encode(String(process.memoryUsage().rss)), options)
host.handle('/surety/peers/1', async () => new TextEncoder().encode(JSON.stringify(host.peers())), options)
console.log(host.addresses()[0])
process.stdin.on('end', () => process.exit(0)).resume()
