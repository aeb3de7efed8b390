// The short way to the bytes of a key gives the same as its codec, for every section whose keys are ids [PRF-2].
import { describe, expect, test } from 'vitest'
import { borrowKey, encodeKey, KEYED_BY_ID, pathOfKey } from '#base-layer/state/trees/section-trees.ts'
import { SECTION_NAMES, SECTIONS } from '#base-layer/state/trees/sections.ts'
import { type Codec, encode } from '#contracts/codec/codec.ts'
import { pathOf } from '#contracts/merkle/node.ts'
import { hexToBytes } from '#contracts/primitives/bytes.ts'
import { type OutputId, ZERO_HASH } from '#contracts/primitives/ids.ts'
import { octetsOf } from '#contracts/primitives/octets.ts'

const id = `01${'fa'.repeat(31)}` as OutputId

/** True if the codec takes an id and writes its 32 bytes. */
function takesIds(codec: Codec<unknown>): boolean {
  try {
    return encode(codec, id).length === 34
  } catch {
    return false
  }
}

describe('keys of sections', () => {
  test('are ids in exactly the sections that say so', () => {
    const byId = SECTION_NAMES.filter(name => takesIds(SECTIONS[name].key as Codec<unknown>))
    expect(new Set(byId)).toEqual(KEYED_BY_ID)
  })

  test('have the bytes and the path of their codec', () => {
    for (const section of KEYED_BY_ID) {
      expect(borrowKey(section, id as never)).toEqual(encodeKey(section, id as never))
      expect(pathOfKey(section, id as never)).toBe(octetsOf(pathOf(encodeKey(section, id as never))))
    }
    const record = { asset: id as never, sequence: 3 }
    expect(borrowKey('checkpoints', record)).toEqual(encodeKey('checkpoints', record))
  })

  test('are asserted to be ids', () => {
    for (const wrong of [ZERO_HASH, id.slice(2), `${id}00`, 'zz'.repeat(32), `${id.slice(0, 63)}\u0130`]) {
      expect(() => borrowKey('outputs', wrong as OutputId)).toThrow('32-byte id')
    }
    expect(() => hexToBytes('0')).toThrow()
    expect(() => hexToBytes('0g')).toThrow()
    expect(hexToBytes('0aFF')).toEqual(Uint8Array.of(10, 255))
  })
})
