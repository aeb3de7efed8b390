// No decoder is forgotten: every exported codec and decode function of the tree is in the fuzz table or is
// named here with the reason why not, and so is every codec that a file keeps to itself and decodes with.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ASSET_LAYER } from './table-of-assets.ts'
import { BASE_LAYER } from './table-of-base.ts'
import { CONTRACTS } from './table-of-contracts.ts'
import { LIGHT } from './table-of-light.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const FLOORS = ['contracts', 'base-layer', 'asset-layer', 'cli']

const OWN_DISK = 'reads what this node wrote to its own database'
const IN_SECTIONS = 'a value of section finality'
const IN_PARTS = 'gives codecs that are in the table themselves'

/** Why a name is not in the table under that name. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  decode: 'the generic decoder: every row of the table runs it',
  decodeAddress: 'reads text: text.test.ts',
  keyCodecOf: IN_PARTS,
  valueCodecOf: IN_PARTS,
  // Private codecs behind an entry point of another name.
  parametersCodec: 'tokenTemplate/parameters',
  callCodec: 'tokenTemplate/calls',
  frameCodec: 'decodeFrame',
  itemCodec: 'decodeItem',
  // Private codecs behind a function that is in the table.
  lightClientCodec: 'decodeLightClient',
  // Values of base state, which is in the table section by section.
  epochVotesCodec: IN_SECTIONS,
  recoveryRecordCodec: IN_SECTIONS,
  recoveriesCodec: IN_SECTIONS,
  // What a node or wallet wrote itself.
  anchorCodec: OWN_DISK,
  proofCodec: OWN_DISK,
  decodeKey: OWN_DISK,
  decodeStoredBlock: OWN_DISK,
  decodeStamp: OWN_DISK,
  stampCodec: OWN_DISK,
  identityCodec: OWN_DISK,
  certificatesCodec: OWN_DISK,
  commitCodec: OWN_DISK,
  startCodec: OWN_DISK,
  progressCodec: OWN_DISK,
  keptProofCodec: OWN_DISK,
  decodeKeptProof: OWN_DISK,
  fileCodec: 'the keystore, behind a password: its own tests damage it',
  bodyCodec: 'the keystore, behind a password: its own tests damage it'
}

const known = new Set([...CONTRACTS, ...BASE_LAYER, ...LIGHT, ...ASSET_LAYER].map(row => row.name))
const isKnown = (name: string): boolean => known.has(name) || Object.hasOwn(LEFT_OUT, name)

const EXPORTED = /^export (?:async )?(?:const|function) (\w*[cC]odec(?:Of)?|decode\w*)\b/gm
const DECODED = /\bdecode\(\s*(\w*[cC]odec)\b/g

/** Names that the source exports as decoders, and codecs that it decodes with. */
function decodersIn(source: string): readonly string[] {
  return [EXPORTED, DECODED].flatMap(pattern => [...source.matchAll(pattern)].map(match => match[1] ?? ''))
}

/** A codec handed in as a parameter is somebody else's row. */
const PARAMETER = 'codec'

function sources(): readonly (readonly [path: string, text: string])[] {
  return FLOORS.flatMap(floor => {
    const names = readdirSync(join(ROOT, floor), { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.ts')
    )
    return names.map(name => [join(floor, name), readFileSync(join(ROOT, floor, name), 'utf8')] as const)
  })
}

describe('the fuzz table [ENC-1]', () => {
  test('has every decoder of the tree, or says why not', () => {
    const missing = sources().flatMap(([path, text]) => {
      return decodersIn(text)
        .filter(name => name !== PARAMETER && !isKnown(name))
        .map(name => `${path}: ${name}`)
    })
    expect(missing).toEqual([])
  })

  test('names nothing that is gone', () => {
    const found = new Set(sources().flatMap(([, text]) => decodersIn(text)))
    const gone = Object.keys(LEFT_OUT).filter(name => !found.has(name))
    const parts = [...known].filter(name => !found.has(name) && !name.includes('/') && !name.startsWith('check'))
    expect([...gone, ...parts]).toEqual([])
  })

  test('has one row for each name', () => {
    expect(known.size).toBe(CONTRACTS.length + BASE_LAYER.length + LIGHT.length + ASSET_LAYER.length)
  })

  test('would miss a codec, a decode function and a private codec that nobody listed', () => {
    const source = `
      export const newCodec = record({})
      export function decodeNews(from: Uint8Array) { return decode(hiddenCodec, from, 9) }
      const quietCodec = record({})`.replaceAll(/^ {6}/gm, '')
    expect(decodersIn(source).filter(name => !isKnown(name))).toEqual(['newCodec', 'decodeNews', 'hiddenCodec'])
  })
})
