// What each command of the base layer prints, held as whole files in golden/: the text of a run, and the form of its JSON
// document. What differs from run to run is made alike, so that a change of wording is seen and meant. To accept one:
// vitest run test/unit/cli/golden.test.ts --update
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '#cli/program.ts'
import { ALICE } from '../../support/lone-peer.ts'
import { CommandWorld, keyOf } from './command-world.ts'
import type { Ran } from './in-process.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
/** A keystore costs half a second, and a name waits for several blocks. */
const LONG_MS = 60_000

let world: CommandWorld
beforeAll(async () => {
  process.env['XDG_CONFIG_HOME'] = '/nonexistent'
  world = await CommandWorld.start()
}, LONG_MS)
afterAll(() => world.stop())

/** Ids that a run made and a later one is about. */
const kept = new Map<string, string>()
const id = (name: string) => () => kept.get(name) ?? `no ${name}`

type Word = string | (() => string)

interface Case {
  /** As it is typed, without the settings of the world; a word may be known only later. */
  readonly args: readonly Word[]
  /** For the second run, with --json, where the first cannot be repeated. */
  readonly again?: readonly Word[]
  readonly keep?: Readonly<Record<string, string>>
  readonly code?: number
  /** Before each of the two runs: leaves a payment under way, kept as `waiting`. */
  readonly underWay?: true
  /** That pass before both runs. */
  readonly slots?: number
}

const YES = ['--yes'] as const
const PASSWORD = ['--password-file', () => world.path('password')] as const
const file = (name: string) => () => world.path(name)

/** In an order in which each finds what it needs. */
const CASES: readonly Case[] = [
  { args: ['base', 'tip'] },
  { args: ['base', 'block', '1'] },
  { args: ['base', 'supply'] },
  { args: ['wallet', 'list'] },
  { args: ['wallet', 'new', 'olga', ...PASSWORD], again: ['wallet', 'new', 'oscar', ...PASSWORD] },
  {
    args: ['wallet', 'restore', 'rita', '--phrase-file', file('words'), ...PASSWORD],
    again: ['wallet', 'restore', 'rita2', '--phrase-file', file('words'), ...PASSWORD]
  },
  { args: ['wallet', 'phrase', 'rita', ...PASSWORD] },
  { args: ['wallet', 'receive', 'ana'] },
  { args: ['pay', '25', 'share', 'to', 'bob', '--yes'], keep: { paid: 'transaction' } },
  { args: ['wallet', 'balance', 'bob'] },
  { args: ['wallet', 'history'] },
  { args: ['base', 'tx', id('paid')] },
  { args: ['wallet', 'bump', id('waiting'), '--yes'], underWay: true },
  { args: ['wallet', 'bump', id('paid')], code: 5 },
  { args: ['wallet', 'resend', id('waiting'), '--yes'], underWay: true },
  { args: ['wallet', 'resend', id('waiting'), '--release'], underWay: true, code: 5 },
  { args: ['wallet', 'resend', id('paid')], code: 5 },
  { args: ['wallet', 'host', ALICE, '--shares', '40', ...YES] },
  { args: ['wallet', 'unhost', ...YES] },
  {
    args: ['lock', 'create', '7', 'share', 'for', 'bob', '--ticks', '1000', ...YES],
    keep: { lock: 'lock', secret: 'preimage' }
  },
  { args: ['lock', 'list'] },
  {
    args: ['lock', 'claim', id('lock'), 'ab'.repeat(32), '--account', 'bob', ...YES],
    again: ['lock', 'claim', id('lock'), id('secret'), '--account', 'bob', ...YES],
    code: 2
  },
  { args: ['lock', 'refund', id('lock'), ...YES], code: 5 },
  { args: ['peer', 'list'] },
  { args: ['peer', 'register', '--node', file('other'), '--dry-run'] },
  { args: ['peer', 'retire', ALICE, '--yes'], code: 5 },
  { args: ['name', 'show', 'harbour'] },
  { args: ['name', 'register', 'harbour', ...YES], again: ['name', 'register', 'garden', ...YES] },
  { args: ['name', 'commit', 'orchard', ...YES], again: ['name', 'commit', 'meadow', ...YES] },
  { args: ['name', 'claim', 'orchard', ...YES], again: ['name', 'claim', 'meadow', ...YES], slots: 12 },
  { args: ['name', 'list'] },
  { args: ['name', 'update', 'harbour', '--nickname', 'The harbour', ...YES] },
  { args: ['name', 'renew', 'harbour', ...YES] },
  { args: ['name', 'login', 'add', 'bea@harbour', 'bob', '--yes'] },
  { args: ['name', 'login', 'list', 'harbour'] },
  { args: ['pay', '1', 'share', 'to', 'bea@harbour', ...YES] },
  {
    args: ['pay', '2', 'share', 'to', 'harbour', '--named', '--account', 'bob', '--yes'],
    keep: { named: 'transaction' }
  },
  { args: ['name', 'review', id('named'), '4', 'good berth', '--account', 'bob', '--dry-run'] },
  { args: ['name', 'reply', id('named'), 'come again', '--dry-run'] },
  {
    args: ['name', 'transfer', 'garden', 'to', 'bob', ...YES],
    again: ['name', 'transfer', 'harbour', 'to', 'bob', ...YES]
  },
  { args: ['name', 'revoke', 'garden', ...YES], again: ['name', 'revoke', 'harbour', ...YES] },
  { args: ['gov', 'show'] },
  { args: ['gov', 'nominate', ALICE, '--node', file('lone'), '--yes'], again: ['gov', 'show'] },
  { args: ['gov', 'propose', 'feeAtoms=2000', '--node', file('lone'), '--dry-run'] },
  { args: ['gov', 'approve', 'ab'.repeat(32), '--node', file('lone'), '--yes'], code: 5 },
  { args: ['gov', 'prefer', 'ab'.repeat(32), 'over', 'cd'.repeat(32), '--node', file('lone'), '--yes'] },
  {
    args: ['cosign', 'new', file('joint'), '--from', 'ana=10', '--to', 'bob=10', '--yes'],
    again: ['cosign', 'show', file('joint')]
  },
  { args: ['cosign', 'join', file('joint'), '--account', 'carol', '--yes'], code: 5 },
  { args: ['cosign', 'show', file('joint')] },
  { args: ['proof', 'get', 'balance', 'share', keyOf('bob'), '-o', file('balance.json')] },
  { args: ['proof', 'check', file('balance.json')] },
  { args: ['proof', 'heads', 'follow', file('head.json')] },
  { args: ['proof', 'heads', 'compare', file('balance.json'), file('balance.json')] },
  { args: ['node', 'status'] },
  { args: ['node', 'init', '--data', file('fresh'), '--owner', 'ana', '--dry-run'] },
  { args: ['node', 'check', '--data', file('lone')] },
  { args: ['node', 'backup', '--data', file('lone'), '--to', file('copies')] },
  { args: ['node', 'restore', file('head.json'), '--data', file('lone'), '--yes'], code: 2 },
  { args: ['node', 'recovery', 'new', file('recovery'), '--without', ALICE], code: 5 },
  { args: ['node', 'recovery', 'check', file('head.json')], code: 5 },
  { args: ['node', 'recovery', 'sign', file('head.json')], code: 5 },
  { args: ['node', 'recovery', 'post', file('head.json')], code: 5 },
  { args: ['pay', '1', 'share', 'for', 'bob'], code: 2 },
  { args: ['pay', '1', 'share', 'to', 'no body'], code: 2 },
  { args: ['pay', '1', 'share', 'to', 'nobody-here'], code: 5 },
  { args: ['pay', '1', 'share', 'to', 'zoe@harbour'], code: 5 },
  { args: ['pay', '1', 'share', 'to', 'ana@nobody-here'], code: 5 },
  { args: ['pay', '0.123456789', 'share', 'to', 'bob'], code: 2 },
  { args: ['pay', '99999', 'share', 'to', 'bob', '--yes'], code: 5 },
  { args: ['pay', '1', 'share', 'to', 'bob'], code: 2 },
  { args: ['pay', '1', 'share', 'to', 'bob', '--dry-run'] },
  { args: ['pay', '1', 'share', 'to', 'bob', '--wait', 'settled'], code: 2 },
  { args: ['wallet', 'history', '--account', 'zoe'], code: 4 },
  { args: ['wallet', 'host', keyOf('bob'), '--yes'], code: 5 },
  { args: ['name', 'register', 'garden', '--account', 'bob', '--yes'], code: 5 },
  { args: ['name', 'update', 'garden', '--nickname', 'mine', '--account', 'bob', '--yes'], code: 5 },
  { args: ['name', 'login', 'add', 'bea', 'bob', '--yes'], code: 2 },
  { args: ['cosign', 'new', file('odd'), '--from', 'ana=1,bob=1', '--to', 'carol=3', '--yes'], code: 5 },
  { args: ['config', 'show'] },
  { args: ['help', 'E_FUNDS'] },
  { args: ['completion', 'pwsh'], code: 2 }
]

const plain = (word: Word): string => (typeof word === 'string' ? word : '<…>')
const said = (words: readonly Word[]): readonly string[] =>
  words.map(word => (typeof word === 'string' ? word : word()))

/** The command's own name: the words that lead to it in the tree. */
function pathOf(words: readonly Word[]): string {
  let command: Command | undefined = createProgram().command
  const path: string[] = []
  for (const word of words) {
    command = command?.commands.find(one => one.name() === word)
    if (command === undefined) break
    path.push(plain(word))
  }
  return path.join(' ')
}

/** Ids, addresses, heights and times, the folder of this run, and what all fees so far have left. */
function alike(text: string): string {
  return text
    .replaceAll(world.folder, '<folder>')
    .replaceAll(world.peer.folder, '<data>')
    .replaceAll(world.rpc, '<rpc>')
    .replace(/\b[0-9a-f]{64}\b/g, '<id>')
    .replace(/\b[0-9a-f]{12,16}\b/g, '<short>')
    .replace(/\bsdev1[a-z0-9]+/g, '<address>')
    .replace(/chain-\d+T\d+Z/g, 'chain-<time>')
    .replace(/\b(block|heights?|head|tick|final|now|slot) ( ?)\d+/g, '$1 $2<n>')
    .replace(/[\d.]+ share can be spent/g, '<all> share can be spent')
    .replace(/about [\d.]+ s/g, 'about <t> s')
    .replace(/\d+ (seconds?|minutes?) ago/g, '<t> ago')
    .replace(/\d+ (bytes|blocks|new periods?)/g, '<n> $1')
    .replace(/ {2,}\d{2,4}\b(?! share)/g, '  <n>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d[:-]\d\d[.\dZ]*/g, '<time>')
}

/** The form of a document: names and types, an array by its first element. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])]
  if (value === null) return null
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === 'schema' ? one : formOf(one)]))
}

function textOf(args: readonly Word[], { code, stdout, stderr }: Ran, again: readonly Word[], json: Ran): string {
  const document = JSON.parse(json.stdout) as Readonly<Record<string, unknown>>
  return alike(
    [
      `$ surety ${args.map(plain).join(' ')}`,
      stdout.trimEnd(),
      ...(stderr === '' ? [] : ['--- on stderr', stderr.trimEnd()]),
      `--- exit ${code}`,
      '',
      `$ surety ${again.map(plain).join(' ')} --json`,
      JSON.stringify(formOf(document), null, 2),
      `--- exit ${json.code}`,
      ''
    ].join('\n')
  )
}

const named = CASES.map((one, place) => {
  const path = pathOf(one.args)
  const before = CASES.slice(0, place).filter(other => pathOf(other.args) === path).length
  return { ...one, path, name: `${path.replaceAll(' ', '-')}${before === 0 ? '' : `-${before + 1}`}` }
})

describe('the output of', () => {
  it.each(named)(
    'surety $name is what it was',
    async ({ args, again = args, keep = {}, code = 0, underWay = false, slots = 0, name }) => {
      await world.pass(slots)
      const prepare = async () => {
        if (underWay) kept.set('waiting', await world.sendOnly('pay', '3', 'share', 'to', 'carol', '--yes'))
      }
      await prepare()
      const text = await world.surety(...said(args))
      await prepare()
      const json = await world.surety(...said(again), '--json')
      expect([name, text.code, text.code === code ? '' : text.stderr]).toEqual([name, code, ''])
      const document = JSON.parse(json.stdout) as Readonly<Record<string, string>>
      for (const [what, field] of Object.entries(keep)) kept.set(what, document[field] ?? '')
      await expect(textOf(args, text, again, json)).toMatchFileSnapshot(join(GOLDEN, `${name}.txt`))
    },
    LONG_MS
  )
})

describe('the commands', () => {
  /** Of the layer above, and what runs until it is stopped. */
  const ELSEWHERE = ['asset', 'bond', 'claim', 'watch', 'dev', 'demo', 'doctor', 'node start']
  const leaves = (command: Command, path: readonly string[]): readonly string[] =>
    command.commands.length === 0
      ? [path.join(' ')]
      : command.commands.flatMap(one => leaves(one, [...path, one.name()]))

  it('of the base layer all have a golden output; of the kinds of proof, one stands for all', () => {
    const held = new Set(named.map(one => one.path))
    const lack = leaves(createProgram().command, []).filter(
      path => !held.has(path) && !ELSEWHERE.some(one => path === one || path.startsWith(`${one} `))
    )
    expect(lack.filter(path => !path.startsWith('proof get '))).toEqual([])
  })
})
