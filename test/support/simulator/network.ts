// A network in memory: delays that reorder, losses, repeats, slow spells and partitions, all drawn from one stream.
// Messages are passed by reference: nobody may change one after sending it.
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

export interface MemoryNetwork<Message> {
  send(from: number, to: number, message: Message): void
  setWeather(weather: NetworkWeather): void
  /** Nodes hear only those in their own group; null heals. A node in no group is cut off from all. */
  partition(groups: readonly (readonly number[])[] | null): void
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
  let groupOf: ReadonlyMap<number, number> | null = null
  const isCut = (from: number, to: number): boolean =>
    groupOf !== null && (groupOf.get(from) === undefined || groupOf.get(from) !== groupOf.get(to))
  const post = (from: number, to: number, message: Message): void => {
    let delayMs = random.between(current.minDelayMs, current.maxDelayMs)
    if (random.chance(current.slowPercent)) {
      delayMs *= random.between(2, 10)
      fired.count('slow')
    }
    kernel.after(delayMs, () => {
      if (isCut(from, to)) fired.count('cut')
      else deliver(to, from, message)
    })
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
    partition: groups => {
      groupOf =
        groups === null
          ? null
          : new Map(groups.flatMap((members, group) => members.map(member => [member, group] as const)))
    }
  }
}
