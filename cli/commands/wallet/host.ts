// surety wallet host, unhost: the peer that represents a wallet's shares [POS-1]. Each output is made anew with that peer's
// key; the peer is not asked and coins stay as liquid as they were.
import type { TransactionWishes } from '#base-layer/index.ts'
import { hostOf, ownerOf, type Output } from '#contracts/ledger/output.ts'
import type { PublicKey } from '#contracts/primitives/ids.ts'
import { formatShares, parseAmount, SHARE_DECIMALS } from '../../amounts.ts'
import { misuse, refused } from '../../exit-codes.ts'
import type { Handler, Options } from '../../handler.ts'
import { openSigner, type Signer } from '../../open-wallet.ts'
import { resolvePayee } from '../../payees.ts'
import { sendingOptions, sendTransaction, sentLine } from '../../sending.ts'
import { type Session, withChain } from '../../session.ts'

/** Outputs moved in one transaction. */
const MOVED_MAX = 100

export const hostShares: Handler = async (context, [peer = ''], options) => {
  await withChain(context, async session => {
    const { key } = await resolvePayee(session, peer)
    if ((await session.chain.read('peers', key, 'head')) === undefined) {
      throw refused('E_PEER_UNKNOWN', `${peer} is not registered as a peer`)
    }
    await move(session, key, options)
  })
}

export const unhostShares: Handler = async (context, _args, options) => {
  await withChain(context, session => move(session, null, options))
}

async function move(session: Session, host: PublicKey | null, options: Options): Promise<void> {
  const { context } = session
  const { wait, fee } = sendingOptions(options)
  const signer = await openSigner(session)
  const wanted = typeof options['shares'] === 'string' ? parseAmount(options['shares'], SHARE_DECIMALS) : null
  const { wishes, atoms } = await planMove(signer, host, wanted, fee)
  const description =
    host === null
      ? `take ${formatShares(atoms)} away from their hosts`
      : `register ${formatShares(atoms)} with host ${host.slice(0, 12)}`
  const details =
    host === null ? [] : [`they count from a snapshot ${session.info.parameters.lag} heights or more after this`]
  const sent = await sendTransaction(session, signer, wishes, description, { wait, details })
  context.output.result(
    'surety.wallet.host/1',
    { host, atoms, decimals: SHARE_DECIMALS, dryRun: sent === undefined, ...sent },
    () => [sent === undefined ? `would ${description}` : sentLine(sent)]
  )
}

/** All of an amount, largest outputs first; or everything but what the fee takes. */
async function planMove(
  { account, keyring }: Signer,
  host: PublicKey | null,
  wanted: bigint | null,
  fee: number
): Promise<{ readonly wishes: TransactionWishes; readonly atoms: bigint }> {
  const { free } = await account.coins()
  const movable = free
    .filter(({ record }) => hostOf(record.output) !== host)
    .sort((a, b) => (a.record.output.atoms < b.record.output.atoms ? 1 : -1))
  const newOutput = (owner: PublicKey, atoms: bigint): Output => ({ kind: 'key', owner, host, atoms })
  if (wanted !== null) {
    const owner = keyring.nextKey()
    return { wishes: { outputs: [newOutput(owner, wanted)], fee }, atoms: wanted }
  }
  const spend = movable.slice(0, MOVED_MAX)
  const [first, ...rest] = spend
  if (first === undefined) throw misuse('E_FUNDS', 'nothing of this wallet is to be moved')
  // Owners stay as they are, so that nothing says which outputs belong together but this transaction.
  const outputs = rest.map(({ record }) => newOutput(ownerOf(record.output) ?? keyring.key, record.output.atoms))
  const owner = ownerOf(first.record.output) ?? keyring.key
  const probe = await account.draft({ outputs, spend, only: true, fee, change: owner })
  if (!probe.ok) throw refused(probe.code, probe.why)
  // The first output bears the fee; a host on it takes 33 bytes more than change without one.
  const margin = probe.value.fee + 64n * BigInt(Math.ceil(fee / 100))
  const atoms = first.record.output.atoms - margin
  if (atoms <= 0n) throw misuse('E_FUNDS', 'what is to be moved does not cover its fee')
  return {
    wishes: { outputs: [newOutput(owner, atoms), ...outputs], spend, only: true, fee },
    atoms: atoms + rest.reduce((sum, { record }) => sum + record.output.atoms, 0n)
  }
}
