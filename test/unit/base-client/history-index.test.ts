// A node proves over runs of 256 blocks whose roots it keeps, as it would over all ids [PRF-1].
import { describe, expect, it } from 'vitest'
import { HistoryIndex } from '#base-layer/client/history-index.ts'
import { buildBlockPath, buildLink } from '#base-layer/light/history-proof.ts'
import { MerkleLog } from '#contracts/merkle/log.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { createRandom } from '#test/support/random.ts'
import { idOf } from '../light/light-fixtures.ts'

const IDS = Array.from({ length: 20_000 }, (_, height) => idOf(`block ${height}`))
const whole = new MerkleLog()
for (const id of IDS) whole.append(hexToBytes(id))

describe('an index of the history', () => {
  it('gives the paths of the whole log, at every size around a run and at random ones', async () => {
    const random = createRandom('history index')
    const index = new HistoryIndex((from, to) => IDS.slice(from, to))
    const sizes = [1, 2, 255, 256, 257, 511, 512, 513, 8_191, 8_192, 8_193, 19_999, 20_000]
    for (const size of [...sizes, ...Array.from({ length: 40 }, () => random.between(1, 20_000))]) {
      await index.prepare(size)
      const root = index.rootBelow(size)
      for (const at of [0, size - 1, random.below(size), random.below(size)]) {
        expect(buildBlockPath(root, at, size)).toEqual(whole.inclusionProof(at, size))
        expect(buildLink(root, at, size).consistency).toEqual(whole.consistencyProof(at, size))
      }
    }
  })

  it('reads each id once to begin with, and afterwards two runs for a path', async () => {
    let read = 0
    const index = new HistoryIndex((from, to) => {
      read += to - from
      return IDS.slice(from, to)
    })
    await index.prepare(19_999)
    expect(read).toBe(Math.floor(19_999 / 256) * 256)
    read = 0
    for (const at of [3, 3, 9_000, 9_001]) buildBlockPath(index.rootBelow(19_999), at, 19_999)
    expect(read).toBeLessThanOrEqual(3 * 256)
  })
})
