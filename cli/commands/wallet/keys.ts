// surety wallet new, restore, phrase, list: phrases and keys on this machine.
import { readFile } from 'node:fs/promises'
import { createPhrase, discoverKeys, type ChainInfo } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import type { Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { misuse } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { keyringOf, openStore } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { askSecret } from '../../password.ts'
import { addressOf, withChain } from '../../session.ts'
import { createWallet, listWallets, openWalletSecret } from '../../wallets.ts'

export const makeWallet: Handler = async (context, [name = '']) => {
  const phrase = createPhrase()
  const wallet = await createWallet(context, name, phrase)
  context.output.result('surety.wallet.new/1', { ...wallet }, () => [
    `${wallet.name}: key ${wallet.key}`,
    ...(process.stdout.isTTY === true ? ['', ...phraseLines(phrase), ''] : []),
    `Write its words down, they are the wallet: surety wallet phrase ${wallet.name}`,
    `Its address: surety wallet receive ${wallet.name}`
  ])
}

export const restoreWallet: Handler = async (context, [name = ''], options) => {
  const phrase = await readPhrase(context, options)
  const wallet = await createWallet(context, name, phrase)
  await withChain(context, async session => {
    const secret = await openWalletSecret({ ...context, output: context.output }, name)
    if (secret.kind !== 'phrase') throw misuse('E_PHRASE', 'this wallet has no phrase')
    context.output.note('looking for what came to its keys')
    const given = Math.max(1, await discoverKeys(session.chain, secret.seed))
    const store = await openStore(session, name)
    store.given = given
    keyringOf(secret, store)
    context.output.result('surety.wallet.restore/1', { ...wallet, keys: given }, () => [
      `${wallet.name}: ${given} ${given === 1 ? 'key' : 'keys'} in use, the first is ${wallet.key}`
    ])
  })
}

/** The words again: under the password, to stdout, for paper. */
export const showPhrase: Handler = async (context, [name]) => {
  const wallet = name ?? context.settings.account.value
  const secret = await openWalletSecret(context, wallet)
  if (secret.kind !== 'phrase') throw misuse('E_PHRASE', `${wallet} is a single key: copy its file to keep it`)
  const { phrase } = secret
  context.output.result('surety.wallet.phrase/1', { name: wallet, phrase: phrase.reveal() }, () => phraseLines(phrase))
}

function phraseLines(phrase: Secret<string>): readonly string[] {
  const words = phrase.reveal().split(' ')
  const cells = words.map((word, n) => `${String(n + 1).padStart(2)} ${word.padEnd(8)}`)
  return Array.from({ length: Math.ceil(cells.length / 6) }, (_, row) =>
    cells
      .slice(6 * row, 6 * row + 6)
      .join('  ')
      .trimEnd()
  )
}

/** The words of a text; the numbers that `wallet phrase` prints beside them are left out, no word being one. */
export function phraseIn(text: string): string {
  return text
    .split(/\s+/)
    .filter(word => !/^\d*$/.test(word))
    .join(' ')
}

async function readPhrase(context: Context, { phraseFile }: Options): Promise<Secret<string>> {
  if (typeof phraseFile === 'string') {
    const text = await readFile(phraseFile === '-' ? '/dev/stdin' : phraseFile, 'utf8').catch(() => {
      throw misuse('E_PHRASE', `cannot read ${phraseFile}`)
    })
    return new Secret(phraseIn(text))
  }
  if (!context.mayAsk) throw misuse('E_INPUT_NEEDED', 'the words are needed: say --phrase-file')
  return await askSecret('Words of the phrase: ', context.signal)
}

export const showWallets: Handler = async context => {
  const wallets = await listWallets(context)
  const network = await networkOf(context)
  const all = wallets.map(wallet => ({ ...wallet, address: addressOf(network, wallet.key) }))
  if (all.length === 0) context.output.note(`no wallet in ${context.settings.wallets.value}: see surety wallet new`)
  context.output.result('surety.wallet.list/1', { wallets: all }, () =>
    table(
      ['wallet', 'kind', 'address'],
      all.map(one => [one.name, one.kind, one.address])
    )
  )
}

/** What addresses are made of: from the genesis document if there is one, so that keys can be listed without a node. */
async function networkOf(context: Context): Promise<Pick<ChainInfo, 'prefix' | 'genesis'>> {
  const genesis = await readGenesis(context.settings.genesis.value)
  if (genesis.ok) return { prefix: genesis.value.prefix, genesis: genesisHashOf(genesis.value) }
  return await withChain(context, async ({ info }) => info)
}
