// surety node init: a new node's folder: hot keys of its own, the owner's and the rewards' key elsewhere, the network it
// joins, settings. Never writes over keys [KEY-1, FIN-7].
import { randomBytes } from 'node:crypto'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import { genesisHashOf } from '#contracts/ledger/genesis.ts'
import { isHex32, type PublicKey } from '#contracts/primitives/ids.ts'
import { createPhrase, deriveSecret, seedOfPhrase } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import type { Context } from '../../context.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { misuse, unwrap } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { hasNode, type NodeKeys, writeNodeFolder } from '../../node/data-folder.ts'
import { NODE_DEFAULTS, resolveNodeSettings } from '../../node/node-settings.ts'
import { addressOf } from '../../session.ts'
import { createWallet, publicKeyOf } from '../../wallets.ts'
import { folderOf } from './folder.ts'

export const initNode: Handler = async (context, _args, options) => {
  const { output, settings, dryRun } = context
  const folder = folderOf(options)
  if (hasNode(folder)) throw misuse('E_NODE_EXISTS', `${folder} is a node's folder already: its keys are not replaced`)
  const genesis = unwrap(await readGenesis(settings.genesis.value))
  const chosen = unwrap(resolveNodeSettings({ folder, env: process.env, flags: options })).settings
  const { owner, rewards, wallet } = await ownersOf(context, options, chosen.name)
  const keys: NodeKeys = { signing: newSecret(), vrf: newSecret(), network: newSecret() }
  const signing = derivePublicKey(keys.signing.reveal())
  const vrf = vrfPublicKey(keys.vrf.reveal())
  const said = Object.fromEntries(
    Object.entries(chosen).filter(([name, value]) => {
      const isOwn = ['name', 'listen', 'bootstrap', 'rpcPort'].includes(name)
      return isOwn || JSON.stringify(value) !== JSON.stringify(NODE_DEFAULTS[name as keyof typeof NODE_DEFAULTS])
    })
  )
  if (!dryRun) {
    await writeNodeFolder(folder, { settings: said, genesis, keys, identity: { signing, vrf, owner, rewards } })
  }
  const network = { prefix: genesis.prefix, genesis: genesisHashOf(genesis) }
  const place = options['data'] === undefined ? '' : ` --data ${folder}`
  const document = {
    folder,
    dryRun,
    ...network,
    name: chosen.name,
    signing,
    vrf,
    owner,
    rewards,
    wallet,
    settings: said
  }
  output.result('surety.node.init/1', document, () => [
    `${dryRun ? 'Would make' : 'Made'} the node ${chosen.name} in ${folder}, of the network ${network.genesis}`,
    `node key     ${addressOf(network, signing)}  hot: proposes, votes, serves; in keys.json`,
    ...(owner === null
      ? []
      : [`owner key    ${addressOf(network, owner)}  cold: posts bonds; not in the node's folder`]),
    ...(rewards === null ? [] : [`rewards key  ${addressOf(network, rewards)}  where its fees go`]),
    '',
    ...(chosen.bootstrap.length === 0
      ? ['It knows nobody yet: give the address of a peer with --bootstrap, or `bootstrap` in surety.toml.']
      : []),
    `Next: surety node start${place}`,
    ...(wallet === null
      ? []
      : [
          `Owner and rewards are keys of one phrase: surety wallet phrase ${wallet}, on paper, away from this machine.`
        ]),
    'Never run a copy of this folder on a second machine: two nodes with one key sign two things at one place,',
    'and that costs the bond.'
  ])
}

function newSecret(): Secret<Uint8Array> {
  return new Secret<Uint8Array>(randomBytes(32))
}

interface Owners {
  readonly owner: PublicKey | null
  readonly rewards: PublicKey | null
  /** The new wallet whose phrase holds both, if one was made. */
  readonly wallet: string | null
}

/** Keys given by flags; what was not given comes from a new phrase, two keys of it, kept in a wallet of its own [KEY-1]. */
async function ownersOf(context: Context, options: Options, name: string): Promise<Owners> {
  const owner = await keyOf(context, options, 'owner')
  const rewards = await keyOf(context, options, 'rewards')
  if (owner !== undefined) return { owner, rewards: rewards ?? owner, wallet: null }
  if (context.dryRun) return { owner: null, rewards: rewards ?? null, wallet: null }
  const wallet = `${name}-owner`
  context.output.note(
    `A new wallet ${wallet} for the owner; --owner KEY takes a key of yours, --owner none does without`
  )
  const phrase = createPhrase()
  const { key } = await createWallet(context, wallet, phrase)
  const seed = unwrap(seedOfPhrase(phrase.reveal()))
  return { owner: key, rewards: rewards ?? derivePublicKey(deriveSecret(seed, 'rewards').reveal()), wallet }
}

/** Undefined if the flag is not there, null for `none`. */
async function keyOf(
  context: Context,
  options: Options,
  role: 'owner' | 'rewards'
): Promise<PublicKey | null | undefined> {
  const given = options[role]
  if (typeof given !== 'string') return undefined
  if (given === 'none') return null
  const key = isHex32(given) ? (given as PublicKey) : await publicKeyOf(context, given)
  if (key === undefined) throw misuse('E_USAGE', `--${role}: ${given} is neither a key nor a wallet here`)
  return key
}
