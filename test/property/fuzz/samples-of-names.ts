// Samples of what names and the corporate form put into blocks and state, for table-of-*.ts.
import type { KeyOf, ValueOf } from '#base-layer/state/trees/sections.ts'
import { hashHex } from '#contracts/crypto/hash.ts'
import type { Action } from '#contracts/ledger/actions/action.ts'
import { appendLeaf, EMPTY_LOG, type LogFrontier } from '#contracts/merkle/log.ts'
import type { LoginRecord } from '#contracts/names/login.ts'
import type { Name } from '#contracts/names/name.ts'
import { NO_TARGETS, type NameTargets } from '#contracts/names/name-record.ts'
import type { Opinion } from '#contracts/names/review.ts'
import type { Preference } from '#contracts/statements/preference.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import type { Hash, PublicKey } from '#contracts/primitives/ids.ts'

type AnyId = Hash & PublicKey & { readonly of?: never }
export const id = (name: string): AnyId => hashHex('sample', asciiToBytes(name)) as string as AnyId
const name = 'alice-in-wonderland' as Name
export const names: readonly Name[] = [name, 'abc' as Name, 'xn--pple-43d' as Name, 'x'.repeat(63) as Name]

const allTargets: NameTargets = {
  key: id('key'),
  nickname: 'Alice',
  host: id('host'),
  asset: id('asset'),
  sidechain: id('chain')
}
export const opinions: readonly Opinion[] = [
  { kind: 'review', rating: 5, words: { kind: 'text', text: 'as described' } },
  { kind: 'review', rating: 0, words: { kind: 'hash', hash: id('words') } },
  { kind: 'reply', words: { kind: 'text', text: '' } }
]
export const changes = [
  { parameter: 'feeAtoms', value: 2000n },
  { parameter: 'nameTermTicks', value: 1n }
]

export const nameActions: readonly Action[] = [
  { kind: 'name.commit', commitment: id('commitment') },
  ...[NO_TARGETS, allTargets].flatMap((targets): Action[] => [
    { kind: 'name.claim', name, owner: id('owner'), salt: id('salt'), targets },
    { kind: 'name.update', name, owner: id('owner'), targets }
  ]),
  { kind: 'name.transfer', name, owner: id('owner'), to: id('next') },
  { kind: 'name.transfer', name, owner: id('owner'), to: null },
  { kind: 'name.renew', name, owner: id('owner'), terms: 10 },
  { kind: 'name.pay', name, output: 255 },
  ...opinions.map((opinion): Action => ({ kind: 'name.review', payment: id('payment'), author: id('payer'), opinion })),
  { kind: 'chief.nominate', member: id('peer'), candidate: id('candidate') },
  { kind: 'chief.nominate', member: id('peer'), candidate: null },
  { kind: 'params.propose', chief: id('chief'), changes },
  { kind: 'params.approve', member: id('peer'), proposal: id('proposal'), approves: true }
]

export function nameLeaves(logs: readonly LogFrontier[]): readonly (readonly [KeyOf<'names'>, ValueOf<'names'>])[] {
  const payment = { name, payer: id('payer'), payee: id('payee'), since: 4 }
  return [
    ...logs.map((history): readonly [KeyOf<'names'>, ValueOf<'names'>] => [
      { kind: 'name', name },
      {
        kind: 'name',
        owner: id('owner'),
        targets: history.size % 2 === 0 ? NO_TARGETS : allTargets,
        claimedAt: 5,
        expiresAt: 300,
        transfer: history.size % 2 === 0 ? null : { to: id('next'), at: 77 },
        history
      }
    ]),
    [
      { kind: 'commit', commitment: id('commitment') },
      { kind: 'commit', committedAt: 3 }
    ],
    [
      { kind: 'payment', payment: id('payment') },
      { kind: 'payment', ...payment, awaits: 'review' }
    ],
    [
      { kind: 'payment', payment: id('payment') },
      { kind: 'payment', ...payment, awaits: 'reply' }
    ],
    [
      { kind: 'line', line: 'commits' },
      { kind: 'line', first: 1, next: 4 }
    ],
    [
      { kind: 'waiting', line: 'payments', index: 2 },
      { kind: 'waiting', id: id('payment'), since: 4 }
    ]
  ]
}

export const governanceLeaves: readonly (readonly [KeyOf<'governance'>, ValueOf<'governance'>])[] = [
  [
    { kind: 'chief' },
    { kind: 'chief', chief: id('peer'), nominations: [{ member: id('peer'), candidate: id('candidate') }] }
  ],
  [{ kind: 'chief' }, { kind: 'chief', chief: null, nominations: [] }],
  [
    { kind: 'proposal' },
    { kind: 'proposal', id: id('proposal'), changes, proposedAt: 6, approvals: [id('peer')], adoptedAt: 8 }
  ],
  [
    { kind: 'proposal' },
    { kind: 'proposal', id: id('proposal'), changes, proposedAt: 6, approvals: [], adoptedAt: null }
  ]
]

export const loginRecords: readonly LoginRecord[] = [
  {
    login: { peer: 'bank' as Name, login: name, key: id('wallet'), version: 3, notAfter: 900 },
    signature: new Uint8Array(64).fill(9)
  }
]

/** Values of section `names` of one kind. */
export function leafOfKind<Kind extends ValueOf<'names'>['kind']>(kind: Kind) {
  type One = Extract<ValueOf<'names'>, { readonly kind: Kind }>
  return nameLeaves([EMPTY_LOG, appendLeaf(EMPTY_LOG, new Uint8Array(3))]).flatMap(([, value]) =>
    value.kind === kind ? [value as One] : []
  )
}

export const preference: Preference = { preferred: id('preferred'), over: id('over'), expiry: 90 }
