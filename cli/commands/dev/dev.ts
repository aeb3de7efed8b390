// surety dev: the development network until Ctrl-C, in ./.dev, where the other commands find it. It leaves nothing behind.
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { connectBaseChain, createAccount } from '#base-layer/index.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { encodeAddress } from '#contracts/crypto/address.ts'
import { DEV_FOLDER } from '../../config.ts'
import { ACCOUNT_NAMES, deriveDevKey } from '../../devnet/accounts.ts'
import { createDevNetwork, type DevNetwork } from '../../devnet/network.ts'
import { EXIT, misuse } from '../../exit-codes.ts'
import { formatShares } from '../../amounts.ts'
import type { Handler } from '../../handler.ts'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { table } from '../../output.ts'
import { logLevelOf } from './log-level.ts'

export const runDev: Handler = async ({ output, signal }, _args, options) => {
  const folder = resolve(DEV_FOLDER)
  await assertFree(folder)
  await rm(folder, { recursive: true, force: true })
  const network = await createDevNetwork({ folder, logLevel: logLevelOf(options), usualPort: true })
  const rpc = network.nodes[0]?.rpcUrl ?? ''
  try {
    output.note(`Starting ${network.nodes.length} nodes in ${folder}`)
    await network.start(signal)
    await writeFile(join(folder, 'network.json'), `${JSON.stringify({ schema: 'surety.dev-network/1', rpc })}\n`)
    await show(output, network, rpc)
    const stopped = new Promise<void>(done => signal.addEventListener('abort', () => done(), { once: true }))
    const awake = setInterval(() => undefined, 60_000)
    await stopped
    clearInterval(awake)
  } finally {
    output.note('Stopping the nodes')
    await network.stop()
    if (options['keep'] !== true) await rm(folder, { recursive: true, force: true })
  }
  return EXIT.ok
}

/** A second network in the same folder would take the first one's files away. */
async function assertFree(folder: string): Promise<void> {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(join(folder, 'network.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return
  const { rpc } = JSON.parse(text) as { readonly rpc: string }
  const answers = await rpcCall(rpc, 'node.info', {}, { timeoutMs: 1_000 }).then(
    () => true,
    () => false
  )
  if (answers) throw misuse('E_DEV_RUNNING', `a development network runs in ${folder} already`)
}

async function show(output: Parameters<Handler>[0]['output'], network: DevNetwork, rpc: string): Promise<void> {
  const chain = connectBaseChain(rpc)
  const genesis = genesisHashOf(network.genesis)
  try {
    const accounts = await Promise.all(
      ACCOUNT_NAMES.map(async name => {
        const { publicKey, secret } = deriveDevKey(name)
        const { spendable } = await createAccount(chain, new Secret(secret)).balance()
        const address = encodeAddress({ prefix: network.genesis.prefix, kind: 'wallet', genesis, id: publicKey })
        return { name, address, key: publicKey, spendable, decimals: 8 }
      })
    )
    const nodes = network.nodes.map(node => ({ name: node.name, pid: node.pid, rpc: node.rpcUrl, data: node.folder }))
    output.result('surety.dev/1', { genesis, rpc, bootstrap: network.bootstrap, accounts, nodes }, () => [
      ...table(
        ['account', 'spendable', 'address'],
        accounts.map(one => [one.name, formatShares(one.spendable), one.address])
      ),
      '',
      ...table(
        ['node', 'process', 'RPC'],
        nodes.map(one => [one.name, String(one.pid), one.rpc])
      ),
      '',
      'Try, in another terminal here:',
      '  npm run surety -- wallet balance --account alice',
      '  npm run surety -- pay 25 share to bob --account alice --yes',
      '  npm run surety -- asset create GEM --account issuer --yes',
      '  npm run surety -- bond post GEM --node ada --account ada-owner --yes      and for ben, cleo, dan',
      '  npm run surety -- asset status GEM          until it says live: about half a minute',
      '  npm run surety -- asset mint 1000 GEM to alice --account issuer --yes',
      '  npm run surety -- pay 25 GEM to bob --account alice --yes',
      '  npm run surety -- asset balance GEM bob     add --settled once a checkpoint is settled',
      '  npm run surety -- watch --once',
      'Ctrl-C stops it and removes its data.'
    ])
  } finally {
    chain.stop()
  }
}
