// Frames survive any cutting of the stream and refuse a length above the limit before a byte of it is stored.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, FrameReader } from '#base-layer/runtime/frames.ts'
import { concatBytes } from '#contracts/primitives/bytes.ts'

describe('a frame reader', () => {
  it('gives back every body whatever the cuts', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
        const stream = concatBytes(...sent.map(encodeFrame))
        const reader = new FrameReader(300)
        const got: Uint8Array[] = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1
          const read = reader.push(stream.subarray(at, at + size))
          if (!read.ok) throw new Error(read.code)
          got.push(...read.value)
          at += size
        }
        expect(got).toEqual(sent)
        expect(reader.atFrameBorder).toBe(true)
      }),
      { numRuns: 100 }
    )
  })

  it('accepts a body of exactly the limit and an empty one', () => {
    const reader = new FrameReader(5)
    expect(reader.push(encodeFrame(new Uint8Array(5)))).toMatchObject({ ok: true, value: [new Uint8Array(5)] })
    expect(reader.push(encodeFrame(new Uint8Array(0)))).toMatchObject({ ok: true, value: [new Uint8Array(0)] })
  })

  it('refuses one byte more than the limit on the length alone', () => {
    expect(new FrameReader(5).push(Uint8Array.of(0, 0, 0, 6))).toMatchObject({ ok: false, code: 'E_TOO_LARGE' })
    expect(new FrameReader(5).push(Uint8Array.of(255, 255, 255, 255))).toMatchObject({ ok: false, code: 'E_TOO_LARGE' })
  })

  it('knows that a half frame is no border', () => {
    const reader = new FrameReader(5)
    reader.push(Uint8Array.of(0, 0))
    expect(reader.atFrameBorder).toBe(false)
  })
})
