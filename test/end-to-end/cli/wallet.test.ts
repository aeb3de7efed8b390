// Wallets at the command line against a running network of four peers, at length: every command is a process of its own.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alike, FourPeers } from '../../integration/cli/four-peers.ts'

let peers: FourPeers
beforeAll(async () => {
  peers = await FourPeers.start()
})
afterAll(() => peers.stop())

describe('a wallet of one key', () => {
  it('shows what it may spend, and that weight is in few hands [POS-10]', async () => {
    const { stdout, stderr } = await peers.ok('wallet', 'balance', 'bob')
    expect(stdout).toBe('spendable 1600 share\nlocked    0 share\npending   0 share\n')
    expect(stderr).toBe('Few hands: 4 peers carry weight, 2 hold half; below 13 and 7 what is final rests on few\n')
    const document = await peers.json('wallet', 'balance', 'bob')
    expect(Object.keys(document)).toEqual([
      'schema',
      'key',
      'address',
      'spendable',
      'hosted',
      'pending',
      'locked',
      'lockedFor',
      'decimals',
      'outputs',
      'concentration'
    ])
    expect(document).toMatchObject({
      schema: 'surety.wallet.balance/1',
      spendable: '160000000000',
      concentration: { peers: 4, isNarrow: true }
    })
  })

  it('shows whom it pays, the fee and the time before it asks, and sends nothing dry', async () => {
    const { stdout, stderr } = await peers.ok('pay', '25', 'share', 'to', 'bob', '--dry-run')
    expect(alike(stdout)).toBe('would pay 25 share to bob (<short>); fee 0.00001234 share\n')
    expect(alike(stderr)).toBe(
      'pay 25 share to bob (<short>); fee 0.00001234 share, signed by alice\n' +
        'to <address>, a wallet here\nlikely in about <t> s, final in about <t> s\n'
    )
    const asked = await peers.surety('pay', '25', 'share', 'to', 'bob')
    expect(asked.status).toBe(2)
    expect(asked.stderr).toContain('E_INPUT_NEEDED')
    expect((await peers.json('wallet', 'history'))['transactions']).toEqual([])
  })

  it('pays, and keeps what it sent with its path [WAL-1]', async () => {
    const paid = await peers.ok('pay', '25', 'share', 'to', 'bob', '--yes')
    expect(alike(paid.stdout)).toBe('final at height <n>: <id>\n')
    const likely = await peers.json('pay', '1', 'share', 'to', 'bob', '--yes', '--wait', 'likely')
    expect(likely).toMatchObject({ schema: 'surety.pay/1', amount: '100000000', dryRun: false })
    const history = await peers.json('wallet', 'history')
    expect(history['transactions']).toMatchObject([{}, { state: 'final', proofBytes: expect.any(Number) }])
    const tx = await peers.ok('base', 'tx', String(likely['transaction']))
    expect(alike(tx.stdout)).toContain('<id>: ')
  })

  it('locks coin that its claimant takes with the secret, and nobody without [LED-1]', async () => {
    const lock = await peers.json('lock', 'create', '7', 'share', 'for', 'bob', '--ticks', '1000', '--yes')
    const id = String(lock['lock'])
    expect(alike((await peers.ok('wallet', 'balance', '--quiet')).stdout)).toContain('hashlock    7 share')
    expect((await peers.surety('lock', 'claim', id, 'ab'.repeat(32), '--account', 'bob', '--yes')).stderr).toContain(
      'E_LOCK_SECRET'
    )
    expect((await peers.surety('lock', 'refund', id, '--yes')).stderr).toContain('E_TX_LOCK_EARLY')
    const claimed = await peers.ok('lock', 'claim', id, String(lock['preimage']), '--account', 'bob', '--yes')
    expect(alike(claimed.stdout)).toBe('final at height <n>: <id>\n')
    expect(await peers.json('lock', 'list')).toMatchObject({ schema: 'surety.lock.list/1', locks: [] })
  })

  it('registers shares with a peer that is not asked, and takes them back [POS-1]', async () => {
    const registered = (await peers.json('peer', 'list'))['peers'] as readonly { readonly peer: string }[]
    await peers.ok('wallet', 'host', registered[0]?.peer ?? '', '--shares', '40', '--yes')
    expect(await peers.json('wallet', 'balance')).toMatchObject({ hosted: '4000000000' })
    await peers.ok('wallet', 'unhost', '--yes')
    expect(await peers.json('wallet', 'balance')).toMatchObject({ hosted: '0' })
  })
})

describe('a wallet of a phrase [KEY-1]', () => {
  const password = ['--password-file', 'password'] as const

  it('is paid at new keys, spends them together, and is found again from its words', async () => {
    const made = await peers.ok('wallet', 'new', 'olga', ...password)
    expect(alike(made.stdout)).toBe(
      'olga: key <id>\nWrite its words down, they are the wallet: surety wallet phrase olga\n' +
        'Its address: surety wallet receive olga\n'
    )
    const addresses = [
      (await peers.ok('wallet', 'receive', 'olga', '--new', '--quiet')).stdout.trim(),
      (await peers.ok('wallet', 'receive', 'olga', '--new', '--quiet')).stdout.trim()
    ]
    expect(new Set(addresses).size).toBe(2)
    for (const address of addresses) await peers.ok('pay', '50', 'share', 'to', address, '--yes', '--wait', 'likely')
    await peers.ok('pay', '80', 'share', 'to', 'bob', '--yes', '--account', 'olga', ...password)
    const { phrase } = await peers.json('wallet', 'phrase', 'olga', ...password)
    writeFileSync(join(peers.cwd, 'words'), `${String(phrase)}\n`)
    const restored = await peers.json('wallet', 'restore', 'olga2', '--phrase-file', 'words', ...password)
    expect(restored).toMatchObject({ schema: 'surety.wallet.restore/1', keys: 4 })
    const [before, after] = [
      await peers.json('wallet', 'balance', 'olga'),
      await peers.json('wallet', 'balance', 'olga2')
    ]
    expect(after['spendable']).toBe(before['spendable'])
    expect(BigInt(String(after['spendable']))).toBeGreaterThan(1_999_000_000n)
  })

  it('does not open with another password, and exits 4', async () => {
    writeFileSync(join(peers.cwd, 'wrong'), 'other words\n')
    const run = await peers.surety('wallet', 'phrase', 'olga', '--password-file', 'wrong')
    expect(run.stderr).toContain('E_PASSWORD')
    expect(run.status).toBe(4)
  })
})

describe('several wallets [SIG-3]', () => {
  it('pay together, each in a process that lives until the signature is made', async () => {
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
    const shown = await peers.ok('cosign', 'show', 'joint')
    expect(shown.stdout.match(/yes {6,}yes/g)).toHaveLength(3)
  })

  it('is not entered twice by one wallet, whose secret nonce is gone', async () => {
    const again = await peers.surety('cosign', 'join', 'joint', '--account', 'bob', '--yes')
    expect(again.status).not.toBe(0)
    expect(again.stderr).toMatch(/E_COSIGN_AGAIN|E_TX_INPUT_UNKNOWN/)
  })

  it('say who did not come', async () => {
    const alone = await peers.surety(
      ...['cosign', 'new', 'alone', '--from', 'alice=1,bob=1', '--to', 'issuer=2', '--yes', '--within', '1']
    )
    expect(alone.stderr).toContain('E_COSIGN_WAIT')
    expect(alone.status).toBe(6)
    const late = await peers.surety('cosign', 'join', 'alone', '--account', 'alice', '--yes', '--within', '1')
    expect(late.stderr).toContain('E_COSIGN_AGAIN')
    const other = await peers.surety('cosign', 'join', 'alone', '--account', 'issuer', '--yes', '--within', '1')
    expect(other.stderr).toContain('E_SIGNERS_ABSENT')
  })

  it('are not asked to sign what does not add up', async () => {
    const run = await peers.surety('cosign', 'new', 'odd', '--from', 'alice=1,bob=1', '--to', 'issuer=3', '--yes')
    expect(run.stderr).toContain('E_JOINT')
  })
})

describe('names [NAM-2]', () => {
  it('are taken in two steps, paid by, and shown proven', async () => {
    await peers.ok('name', 'register', 'harbour', '--nickname', 'The harbour', '--yes')
    const shown = await peers.ok('name', 'show', 'harbour')
    expect(alike(shown.stdout)).toBe(
      'harbour: held, owner <id>, proven\nexpires at tick <n>, now <n>\nkey        <id>\nnickname   The harbour\n'
    )
    const paid = await peers.json('pay', '2', 'share', 'to', 'harbour', '--named', '--account', 'bob', '--yes')
    expect(paid['known']).toBe('the name harbour, who calls itself "The harbour", proven')
    await peers.ok('name', 'review', String(paid['transaction']), '4', 'good berth', '--account', 'bob', '--yes')
    const taken = await peers.surety('name', 'register', 'harbour', '--account', 'bob', '--yes')
    expect(taken.stderr).toContain('E_NAME_TAKEN')
    expect(taken.status).toBe(5)
  })
})
