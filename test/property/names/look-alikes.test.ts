// What is a name and what is not [NAM-1]: nothing that looks like a name to a person, or is folded into one by some
// version of Unicode, is a name in consensus.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, text } from '#contracts/codec/codec.ts'
import { asName, isPunycode, type Name, nameCodec, parseWrittenName } from '#contracts/names/name.ts'
import { encode as cborEncode } from 'cborg'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const plain = fc
  .array(fc.constantFrom(...ALPHABET, '-'), { minLength: 3, maxLength: 63 })
  .map(parts => parts.join(''))
  .filter(name => !name.startsWith('-') && !name.endsWith('-'))

const isDecodable = (value: string): boolean => decode(nameCodec, cborEncode(value), 1024).ok

/** Every code point that lower case or a Unicode normal form makes into letters, digits or hyphens of ours. */
function foldingCharacters(): readonly string[] {
  const found: string[] = []
  for (let point = 0x80; point <= 0x2ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const character = String.fromCodePoint(point)
    const folds = [character.toLowerCase(), character.normalize('NFKC'), character.normalize('NFKD')]
    if (folds.some(one => /^[a-z0-9-]+$/i.test(one))) found.push(character)
  }
  return found
}

/** Letters of other scripts that a person cannot tell from ours, and what shows as nothing at all. */
const CONFUSABLES = [...'аеорсухіјѕԁһӏԛԝɡɩոսցօզηνουρτχωᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ−‐‑‒–—―⁃﹣－٠٥۰۵०']
const INVISIBLE = [0x00ad, 0x034f, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x202e, 0x2060, 0x2066, 0xfe0f, 0xfeff].map(
  point => String.fromCodePoint(point)
)

describe('a name [NAM-1]', () => {
  it('is 3 to 63 of a-z, 0-9 and inner hyphens, and decodes to itself', () => {
    fc.assert(
      fc.property(plain, name => {
        const decoded = decode(nameCodec, encode(nameCodec, name as Name), 80)
        expect(decoded).toEqual({ ok: true, value: name })
      })
    )
  })

  it('is refused with any one character of another alphabet put anywhere', () => {
    const others = [...foldingCharacters(), ...CONFUSABLES, ...INVISIBLE]
    expect(others.length).toBeGreaterThan(1000)
    for (const other of others) {
      for (const name of [`${other}lice`, `al${other}ce`, `alic${other}`]) {
        expect(asName(name), JSON.stringify(name)).toBeUndefined()
        expect(isDecodable(name), JSON.stringify(name)).toBe(false)
      }
    }
  })

  it('is refused in upper case, with blanks, dots, underscores and every other ASCII character', () => {
    for (let code = 0; code < 0x80; code++) {
      const character = String.fromCharCode(code)
      if (/[a-z0-9-]/.test(character)) continue
      for (const name of [`${character}abc`, `a${character}c`, `abc${character}`])
        expect(isDecodable(name), JSON.stringify(name)).toBe(false)
    }
  })

  it('is refused when too short, too long, or with a hyphen at an end', () => {
    for (const name of ['', 'a', 'ab', 'a'.repeat(64), '-ab', 'ab-', '---', '-a-', 'abc-', '-abc'])
      expect(isDecodable(name), name).toBe(false)
    for (const name of ['abc', 'a-b', '007', 'a--b', 'a'.repeat(63), `a${'-'.repeat(61)}b`])
      expect(isDecodable(name), name).toBe(true)
  })

  it('is refused as anything but text: no bytes, numbers, lists', () => {
    for (const item of [new Uint8Array([0x61, 0x62, 0x63]), 123, ['abc'], null, true])
      expect(decode(nameCodec, cborEncode(item), 80).ok).toBe(false)
  })

  it('never throws and agrees with its definition, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), plain), value => {
        const points = [...value]
        const isName =
          points.length >= 3 &&
          points.length <= 63 &&
          points.every(one => ALPHABET.includes(one) || one === '-') &&
          points[0] !== '-' &&
          points.at(-1) !== '-'
        expect(asName(value) !== undefined).toBe(isName)
        expect(isDecodable(value)).toBe(isName)
        expect(decode(text(63), cborEncode(value), 4096).ok || !isName).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  it('that another program would show as Unicode is told apart for a warning', () => {
    expect(isPunycode('xn--pple-43d' as Name)).toBe(true)
    expect(isPunycode('xn-apple' as Name)).toBe(false)
  })
})

describe('what a person writes', () => {
  it('is a name, login@peer or name.sidechain, and nothing else [NAM-3, NAM-5]', () => {
    expect(parseWrittenName('alice')).toEqual({ kind: 'name', name: 'alice' })
    expect(parseWrittenName('alice@bank')).toEqual({ kind: 'login', login: 'alice', peer: 'bank' })
    expect(parseWrittenName('alice.games')).toEqual({ kind: 'sidechain', name: 'alice', sidechain: 'games' })
    const wrong = ['', 'al', 'Alice', '@bank', 'alice@', 'alice@ba', 'alice.', '.games', 'alice@bank.games', 'a@b@c']
    for (const written of [...wrong, 'alice..games', 'alice@bank@other', ' alice', 'аlice@bank', 'alice@bаnk'])
      expect(parseWrittenName(written), written).toBeUndefined()
  })
})
