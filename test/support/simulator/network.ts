// A network in memory: delays that reorder, losses, repeats, slow spells, slow nodes and cut links, all drawn from one
// stream. Messages are passed by reference: nobody may change one after sending it.
import type { Random } from '#test/support/random.ts'
import type { FaultCounts } from './faults.ts'
import type { Kernel } from './kernel.ts'

export interface NetworkWeather {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** Chances of 100 per message. */
  readonly lossPercent: number
  readonly repeatPercent: number
  /** Some messages take up to ten times as long, so that later ones overtake them. */
  readonly slowPercent: number
}

/** True for a link on which nothing arrives. */
export type Cut = (from: number, to: number) => boolean

export interface MemoryNetwork<Message> {
  send(from: number, to: number, message: Message): void
  setWeather(weather: NetworkWeather): void
  /** Nodes hear only those in their own group; null heals. A node in no group is cut off from all. */
  partition(groups: readonly (readonly number[])[] | null): void
  /** Cuts links, beside those that other kinds cut, or mends them with null. What it stops is counted as its kind. */
  cut(kind: string, cut: Cut | null): void
  /** Everything from and to a node takes so much longer. */
  slow(node: number, delayMs: number): void
  /** Mends every link and makes no node slow. */
  heal(): void
}

/** `deliver` is called at the time of arrival; it drops what is for a node that is down. */
export function createMemoryNetwork<Message>(
  kernel: Kernel,
  random: Random,
  weather: NetworkWeather,
  fired: FaultCounts,
  deliver: (to: number, from: number, message: Message) => void
): MemoryNetwork<Message> {
  let current = weather
  let sent = 0
  const cuts = new Map<string, Cut>()
  const slowness = new Map<number, number>()
  const newest = new Map<number, number>()
  const post = (from: number, to: number, message: Message): void => {
    let delayMs = random.between(current.minDelayMs, current.maxDelayMs)
    if (random.chance(current.slowPercent)) {
      delayMs *= random.between(2, 10)
      fired.count('slow')
    }
    const extraMs = (slowness.get(from) ?? 0) + (slowness.get(to) ?? 0)
    if (extraMs > 0) fired.count('slow-node')
    sent += 1
    const [sequence, link] = [sent, from * 64 + to]
    kernel.after(delayMs + extraMs, () => {
      const stopping = [...cuts].filter(([, isCut]) => isCut(from, to))
      for (const [kind] of stopping) fired.count(kind)
      if (stopping.length > 0) return
      if (sequence < (newest.get(link) ?? 0)) fired.count('reordered')
      else newest.set(link, sequence)
      deliver(to, from, message)
    })
  }
  const cut = (kind: string, one: Cut | null): void => {
    if (one === null) cuts.delete(kind)
    else cuts.set(kind, one)
  }
  return {
    send: (from, to, message) => {
      if (random.chance(current.lossPercent)) {
        fired.count('lost')
        return
      }
      post(from, to, message)
      if (random.chance(current.repeatPercent)) {
        fired.count('repeated')
        post(from, to, message)
      }
    },
    setWeather: next => {
      current = next
    },
    cut,
    partition: groups => cut('cut', groups === null ? null : betweenGroups(groups)),
    slow: (node, delayMs) => {
      slowness.set(node, delayMs)
    },
    heal: () => {
      cuts.clear()
      slowness.clear()
    }
  }
}

/** Cuts every link between two groups. */
export function betweenGroups(groups: readonly (readonly number[])[]): Cut {
  const groupOf = new Map(groups.flatMap((members, group) => members.map(member => [member, group] as const)))
  return (from, to) => groupOf.get(from) === undefined || groupOf.get(from) !== groupOf.get(to)
}
