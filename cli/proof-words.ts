// What a proof shows, said to a person and as a document: what, as of which final block, how old, and what
// stands behind it [FIN-10, POS-10]. The words come from what was checked, never from what the file says of
// itself.
import { ageMs, type LightClient } from '#base-layer/light/light-client.ts'
import { finalityPrice } from '#base-layer/light/finality-price.ts'
import type { Shown, ShownLeaf } from '#base-layer/light/proof-document.ts'
import type { StateKey } from '#base-layer/light/state-proof.ts'
import { standingOf } from '#contracts/names/name-record.ts'
import { formatShares } from './amounts.ts'
import { type Document, toJson } from './output.ts'

export interface Said {
  readonly document: Document
  /** One sentence without its full stop. */
  readonly words: string
}

const short = (id: string): string => id.slice(0, 12)
const counted = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`

/** What was shown under the head of this client. */
export function sayShown(shown: Shown, client: LightClient): Said {
  switch (shown.kind) {
    case 'head':
      return { document: {}, words: `block ${short(client.head.id)} is final` }
    case 'present':
      return sayLeaves(shown.leaves, client)
    case 'absent': {
      const keys = shown.keys.map(nameOfKey)
      return { document: { absent: shown.keys }, words: `the state does not hold ${keys.join(', ')}` }
    }
    case 'block': {
      const { id, header } = shown
      const { height, timeMs } = header
      return { document: { block: id, blockHeight: height, timeMs }, words: `block ${height} of this chain is ${id}` }
    }
    case 'consistency': {
      const { id, header } = shown.older
      return {
        document: { older: id, olderHeight: header.height },
        words: `the head stands on block ${header.height}, ${short(id)}, and on everything that one stood on`
      }
    }
    case 'transaction': {
      const { id, header, index, transaction } = shown
      const { memo, action, outputs, preimages } = transaction
      return {
        document: {
          transaction: id,
          blockHeight: header.height,
          index,
          action: action?.kind ?? null,
          outputs,
          memo,
          preimages
        },
        words:
          `transaction ${short(id)} (${action?.kind ?? 'a payment'}, ${counted(outputs.length, 'output')}` +
          `${preimages.length === 0 ? '' : `, opens ${counted(preimages.length, 'lock')}`}) ` +
          `is in block ${header.height}`
      }
    }
    case 'spent': {
      const { output, transaction, header } = shown
      return {
        document: { output, transaction, blockHeight: header.height },
        words: `output ${short(output)} was spent in block ${header.height} by transaction ${short(transaction)}`
      }
    }
    case 'notSpentIn': {
      const { output, header } = shown
      return {
        document: { output, blockHeight: header.height },
        words: `output ${short(output)} was not spent in block ${header.height}`
      }
    }
    case 'history': {
      const { subject, frontier, start, entries } = shown
      const part = start === 0 ? 'everything' : `everything since entry ${start}`
      return {
        document: { subject, count: frontier.size, start, entries },
        words:
          `${part} that touched ${nameOfKey(subject)}: ` +
          `${counted(entries.length, 'entry', 'entries')} of ${frontier.size}`
      }
    }
  }
}

function sayLeaves(leaves: readonly ShownLeaf[], client: LightClient): Said {
  const outputs = leaves.flatMap(one => (one.section === 'outputs' ? [one] : []))
  const [first] = outputs
  if (first !== undefined && outputs.length === leaves.length) {
    const { output } = first.value
    const isOneOwner = output.kind === 'key' && outputs.every(({ value }) => isOwned(value.output, output.owner))
    if (isOneOwner) {
      const atoms = outputs.reduce((sum, { value }) => sum + value.output.atoms, 0n)
      return {
        document: { owner: output.owner, atoms, decimals: 8, outputs: outputs.map(one => one.key) },
        words: `${short(output.owner)} owns ${formatShares(atoms)} in ${counted(outputs.length, 'unspent output')}`
      }
    }
  }
  const [leaf] = leaves
  if (leaf !== undefined && leaves.length === 1) return sayLeaf(leaf, client)
  return { document: { leaves }, words: `the state holds ${leaves.map(nameOfKey).join(', ')}` }
}

function isOwned(output: Extract<ShownLeaf, { section: 'outputs' }>['value']['output'], owner: string): boolean {
  return output.kind === 'key' && output.owner === owner
}

function sayLeaf(leaf: ShownLeaf, client: LightClient): Said {
  const { ticks } = client.head.header
  if (leaf.section === 'outputs' && leaf.value.output.kind === 'hashlock') {
    const { claimant, refund, timeout, atoms } = leaf.value.output
    return {
      document: { ...leaf },
      words:
        `output ${short(leaf.key)} of ${formatShares(atoms)} is unspent and locked: ` +
        `${short(claimant)} may take it with the preimage before tick ${timeout}, ` +
        `${short(refund)} from it on (it is tick ${ticks})`
    }
  }
  if (leaf.section === 'names' && leaf.key.kind === 'name' && leaf.value.kind === 'name') {
    const standing = standingOf(leaf.value, ticks, client.network.parameters.nameGraceTicks)
    return { document: { name: leaf.key.name, standing, record: leaf.value }, words: sayName(leaf.key.name, standing) }
  }
  return { document: { ...leaf }, words: `the state holds ${nameOfKey(leaf)}: ${toJson(leaf.value)}` }
}

function sayName(name: string, standing: ReturnType<typeof standingOf>): string {
  switch (standing.kind) {
    case 'free':
      return `the name ${name} is free`
    case 'grace':
      return `the name ${name} stands for nothing; only ${short(standing.owner)} may renew it now`
    case 'held': {
      const { key, host } = standing.targets
      const targets = [key === null ? [] : [`key ${short(key)}`], host === null ? [] : [`host ${short(host)}`]].flat()
      return (
        `the name ${name} belongs to ${short(standing.owner)} until tick ${standing.expiresAt}` +
        `${targets.length === 0 ? '' : ` and points to ${targets.join(', ')}`}`
      )
    }
  }
}

function nameOfKey({ section, key }: StateKey): string {
  return `${section} ${typeof key === 'string' ? short(key) : toJson(key)}`
}

/** As of which block, how old, and what stands behind it. */
export function sayHead(client: LightClient, nowMs: number) {
  const { head, network, table } = client
  const price = finalityPrice(table, network.parameters)
  const age = ageMs(client, nowMs)
  return {
    document: {
      height: head.header.height,
      id: head.id,
      ticks: head.header.ticks,
      ageMs: age,
      period: table.period,
      recovery: table.recovery,
      finality: price
    },
    words: `as of final block ${head.header.height} (${short(head.id)}), made ${sayAge(age)} ago`,
    behind:
      `taking that back costs at least ${formatShares(price.leastAtoms)} of collateral` +
      `${table.recovery === null ? '' : `; its table comes from the recovery file ${short(table.recovery)}`}`,
    warning: price.isNarrow
      ? `few hands: ${counted(price.peers, 'peer')} with weight, ${price.peersOfHalf} with half of it`
      : undefined
  }
}

export function sayAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return counted(seconds, 'second')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return counted(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? counted(hours, 'hour') : counted(Math.floor(hours / 24), 'day')
}
