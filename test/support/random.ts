// Seeded randomness for tests and simulations: one seed, split by name into streams that do not disturb each other, so
// that one more draw in one concern changes nothing in the others. Integers only.
import { hashBytes } from '#contracts/crypto/hash.ts'
import { asciiToBytes } from '#contracts/primitives/bytes.ts'
import { assert, present } from '#contracts/primitives/verdict.ts'

export interface Random {
  /** Uniform over 0 to n - 1. */
  below(n: number): number
  /** Uniform over least to most, both included. */
  between(least: number, most: number): number
  /** True in `percent` of 100 draws. */
  chance(percent: number): boolean
  pick<T>(items: readonly T[]): T
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[]
  bytes(length: number): Uint8Array
  /** An independent stream: the same name gives the same stream whatever was drawn here. */
  split(name: string): Random
}

/** A stream named by its seed (sfc32 over the hash of the name). */
export function createRandom(seed: string): Random {
  const start = hashBytes('test-random', asciiToBytes(seed))
  const view = new DataView(start.buffer, start.byteOffset, 16)
  let [a, b, c, count] = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)]
  const next = (): number => {
    const out = (a + b + count) >>> 0
    count = (count + 1) >>> 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + out) >>> 0
    return out
  }
  for (let i = 0; i < 12; i++) next()
  const random: Random = {
    below: n => {
      assert(n >= 1 && n <= 0x1_0000_0000, 'a range has 1 to 2^32 values')
      return Math.floor((next() / 0x1_0000_0000) * n)
    },
    between: (least, most) => least + random.below(most - least + 1),
    chance: percent => random.below(100) < percent,
    pick: items => present(items[random.below(items.length)], 'nothing to pick from'),
    shuffle: items => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = random.below(i + 1)
        const [x, y] = [present(out[i], 'i'), present(out[j], 'j')]
        out[i] = y
        out[j] = x
      }
      return out
    },
    bytes: length => Uint8Array.from({ length }, () => random.below(256)),
    split: name => createRandom(`${seed}/${name}`)
  }
  return random
}
