import { hostOf } from '#contracts/ledger/output.ts'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkGenesis } from '#contracts/ledger/genesis.ts'
import { deriveDevNodeKeys } from '#cli/devnet/accounts.ts'
import { formatGenesis, parseGenesis } from '#cli/devnet/genesis-file.ts'
import { createDevNetwork } from '#cli/devnet/network.ts'
import { buildDevGenesis } from '#cli/devnet/plan.ts'
import { readNodeFolder } from '#cli/node/data-folder.ts'

const GENESIS = buildDevGenesis(1_000_000)

describe('the genesis of the development network [GEN-1]', () => {
  it('starts a network', () => expect(checkGenesis(GENESIS).ok).toBe(true))

  it('gives four peers equal weight, so that none holds a third [POS-1]', () => {
    const weights = GENESIS.peers.map(({ peer }) =>
      GENESIS.outputs.filter(output => hostOf(output) === peer).reduce((sum, output) => sum + output.atoms, 0n)
    )
    expect(weights).toHaveLength(4)
    expect(new Set(weights).size).toBe(1)
    for (const { bondAtoms } of GENESIS.peers) {
      expect(bondAtoms * BigInt(GENESIS.parameters.leverage)).toBeGreaterThanOrEqual(weights[0] ?? 0n)
    }
  })

  it('comes back from its file as it was', () => {
    expect(parseGenesis(formatGenesis(GENESIS))).toEqual({ ok: true, value: GENESIS })
  })

  it.each([
    ['no JSON', 'x', 'E_GENESIS_FILE'],
    ['another schema', formatGenesis(GENESIS).replace('surety.genesis/1', 'surety.genesis/9'), 'E_GENESIS_FILE'],
    ['a field it does not know', formatGenesis(GENESIS).replace('"prefix"', '"extra": 1, "prefix"'), 'E_GENESIS_FILE'],
    [
      'a parameter set that breaks an inequality [PAR-1]',
      formatGenesis(GENESIS).replace('"lag": 10', '"lag": 7'),
      'E_GENESIS_INVALID'
    ],
    [
      'a seed of zeros [HASH-1]',
      formatGenesis(GENESIS).replace(/"seed0": "\w+"/, `"seed0": "${'0'.repeat(64)}"`),
      'E_GENESIS_FILE'
    ],
    [
      "a number above its codec's",
      formatGenesis(GENESIS).replace('"linkBits": 10', '"linkBits": 65'),
      'E_GENESIS_FILE'
    ],
    [
      'an amount of 2^63',
      formatGenesis(GENESIS).replace(/"atoms": "\d+"/, '"atoms": "9223372036854775808"'),
      'E_GENESIS_FILE'
    ]
  ])('refuses %s', (_what, text, code) => {
    expect(parseGenesis(text)).toMatchObject({ ok: false, code })
  })
})

describe('the folders of the development network', () => {
  it('holds keys that only their owner can read, one bootstrap address, and what nodes start from', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surety-devnet-'))
    const network = await createDevNetwork({ folder })
    expect(network.nodes.map(node => node.name)).toEqual(['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gil', 'hana'])
    for (const [place, { name, folder: nodeFolder }] of network.nodes.entries()) {
      const read = await readNodeFolder(nodeFolder, { env: {} })
      if (!read.ok) throw new Error(read.why)
      expect(read.value.settings.bootstrap).toEqual(place === 0 ? [] : [network.bootstrap])
      expect(read.value.settings.watchAll).toBe(name === 'hana')
      expect(read.value.keys.signing.reveal()).toEqual(deriveDevNodeKeys(name).secret)
      expect(read.value.genesis).toEqual(network.genesis)
      expect(statSync(join(nodeFolder, 'keys.json')).mode & 0o777).toBe(0o600)
      expect(readFileSync(join(nodeFolder, 'surety.toml'), 'utf8')).not.toMatch(/[0-9a-f]{64}/)
    }
    expect(statSync(join(folder, 'wallets', 'alice.dev-key.json')).mode & 0o777).toBe(0o600)
  })
})
