// The short run of wallets against four peers: what a process of its own and a network of several nodes can show. What each
// command prints is held in test/unit/cli/golden; the long run is test/end-to-end/cli/wallet.test.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { alike, FourPeers } from './four-peers.ts'

let peers: FourPeers
beforeAll(async () => {
  peers = await FourPeers.start()
})
afterAll(() => peers.stop())

it('a payment becomes final, and another node says the same', async () => {
  const paid = await peers.ok('pay', '25', 'share', 'to', 'bob', '--yes')
  expect(alike(paid.stdout)).toBe('final at height <n>: <id>\n')
  const id = paid.stdout.trim().split(' ').at(-1) ?? ''
  const rpc = peers.network.nodes[3]?.rpcUrl ?? ''
  expect(await peers.json('base', 'tx', id, '--rpc', rpc)).toMatchObject({ status: 'final' })
  const { stderr } = await peers.ok('wallet', 'balance', 'bob')
  expect(stderr).toBe('Few hands: 4 peers carry weight, 2 hold half; below 13 and 7 what is final rests on few\n')
})

it('several wallets pay together, each in a process that lives until the signature is made [SIG-3]', async () => {
  const begun = peers.surety(
    ...['cosign', 'new', 'joint', '--from', 'alice=10,bob=5,issuer=2', '--to', 'ada-owner=17'],
    ...['--account', 'alice', '--yes', '--json']
  )
  while (!existsSync(join(peers.cwd, 'joint', 'session.json'))) await delay(50)
  const joined = await Promise.all(
    ['bob', 'issuer'].map(name => peers.surety('cosign', 'join', 'joint', '--account', name, '--yes', '--json'))
  )
  const documents = [await begun, ...joined].map(({ status, stdout }) => {
    expect(status).toBe(0)
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>
  })
  expect(new Set(documents.map(one => one['signature'])).size).toBe(1)
  expect(documents[1]).toMatchObject({ schema: 'surety.cosign/1', net: '500000000', status: 'final' })
})
