// surety peer list, register, retire: who carries the chain's weight, and how a node comes to [POS-1, POS-3].
import { withSigningKey, createAccount } from '#base-layer/index.ts'
import type { Secret } from '#base-layer/runtime/secret.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { periodOf } from '#contracts/statements/period-table.ts'
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { showConcentration } from '../../concentration.ts'
import { misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { readNodeFolder } from '../../node/data-folder.ts'
import { openSigner } from '../../open-wallet.ts'
import { table } from '../../output.ts'
import { resolvePayee } from '../../payees.ts'
import { sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { withChain } from '../../session.ts'

export const listPeers: Handler = async context => {
  await withChain(context, async session => {
    const { chain, info } = session
    const head = await chain.tip('head')
    const period = periodOf(head.height, info.parameters)
    const [peers, found] = await Promise.all([
      chain.list('peers', 'head'),
      chain.read('periods', { kind: 'entries', period }, 'head')
    ])
    const weights = new Map(found?.kind === 'entries' ? found.entries.map(one => [one.peer, one.weight]) : [])
    const all = peers
      .map(({ key, value }) => ({
        peer: key,
        weight: weights.get(key) ?? 0n,
        bond: value.bondAtoms,
        rewards: value.rewards,
        registeredAt: value.registeredAt
      }))
      .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    const concentration = await showConcentration(session)
    context.output.result('surety.peer.list/1', { period, peers: all, concentration, decimals: SHARE_DECIMALS }, () =>
      table(
        ['peer', 'weight', 'bond', 'since height'],
        all.map(one => [one.peer, formatShares(one.weight), formatShares(one.bond), String(one.registeredAt)])
      )
    )
  })
}

export const registerPeer: Handler = async (context, _args, options) => {
  const { wait, fee } = sendingOptions(options)
  const { node: folder, bond } = options
  if (typeof folder !== 'string') throw misuse('E_USAGE', 'say which node: --node FOLDER')
  const { keys } = unwrap(await readNodeFolder(folder, { flags: {}, env: {} }))
  await withChain(context, async session => {
    const bondAtoms =
      typeof bond === 'string' ? parseAmount(bond, SHARE_DECIMALS) : session.info.parameters.peerBondAtoms
    const signer = await openSigner(session)
    const rewards =
      typeof options['rewards'] === 'string' ? (await resolvePayee(session, options['rewards'])).key : signer.key
    const peer = publicKeyOf(keys.signing)
    const action = { kind: 'peer.register', peer, vrfKey: vrfPublicKey(keys.vrf.reveal()), rewards, bondAtoms } as const
    // The peer's key signs beside the owner of the coin: nobody registers a node that is not theirs [SIG-3].
    const keyring = withSigningKey(signer.keyring, keys.signing)
    const account = createAccount(session.chain, keyring, { memory: signer.store })
    const description = `register peer ${peer.slice(0, 12)} with a bond of ${formatShares(bondAtoms)}`
    const details = [
      'The bond burns if the node signs two contradicting votes; a part of it for two acknowledgements in one slot.',
      `It weighs from a snapshot on, at most ${session.info.parameters.leverage} times its bond.`
    ]
    const sent = await sendTransaction(session, { ...signer, account, keyring }, { action, fee }, description, {
      wait,
      details
    })
    context.output.result('surety.peer.register/1', { peer, rewards, bond: bondAtoms, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}

export const retirePeer: Handler = async (context, [text = ''], options) => {
  const { wait, fee } = sendingOptions(options)
  await withChain(context, async session => {
    const { key: peer } = await resolvePayee(session, text)
    const signer = await openSigner(session)
    const description = `retire peer ${peer.slice(0, 12)}`
    const details = [
      `its bond comes back once nothing it signed can be evidence, ${session.info.parameters.evidenceAgeTicks} ticks after it last weighed`
    ]
    const sent = await sendTransaction(session, signer, { action: { kind: 'peer.retire', peer }, fee }, description, {
      wait,
      details
    })
    context.output.result('surety.peer.retire/1', { peer, ...sent }, () => [
      sent === undefined ? `would ${description}` : sentLine(sent)
    ])
  })
}

function publicKeyOf(secret: Secret<Uint8Array>): PublicKey {
  return derivePublicKey(secret.reveal())
}
