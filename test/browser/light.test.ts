// The light client in a real browser: the same bytes, the same verdicts as in Node, honest and tampered with, with no
// network and nothing of Node [PRF-5].
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conflictEvidenceCodec } from '#base-layer/light/heads.ts'
import { encodeLightClient, updateCodec } from '#base-layer/light/light-client.ts'
import { encode } from '#contracts/codec/codec.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { present } from '#contracts/primitives/verdict.ts'
import { createRandom } from '#test/support/random.ts'
import { drawBodies, drawChain, encodeBody, encodeFinality } from '../unit/light/light-fixtures.ts'
import { type Bundle, bundle, openBrowser, openPage } from './chromium.ts'
import { judge, type measure, type Question } from './light-entry.ts'

/** What a page may load to check proofs. */
const BUNDLE_BYTES_MAX = 200_000
const TAMPERED = 40

const chain = drawChain()
const trusted = bytesToHex(encodeLightClient(chain.client))
const finality = bytesToHex(encodeFinality(chain))
const documents = Object.values(drawBodies(chain)).map((body): Question => {
  return { kind: 'document', finality, body: bytesToHex(encodeBody(body)) }
})
const twin = chain.fork(60)
twin.appendTo(80)
const evidence = { first: chain.finality(70), second: twin.finality(70), relation: null }
const others: readonly Question[] = [
  { kind: 'update', bytes: bytesToHex(encode(updateCodec, { ...chain.finality(), link: null })) },
  { kind: 'conflict', bytes: bytesToHex(encode(conflictEvidenceCodec, evidence)) }
]
const honest = [...documents, ...others]

let light: Bundle
let browser: Browser
let page: Page

beforeAll(async () => {
  light = await bundle('test/browser/light-entry.ts', 'suretyLight')
  browser = await openBrowser()
  page = await openPage(browser, light)
})

afterAll(async () => {
  await browser?.close()
})

interface Loaded {
  readonly suretyLight: { readonly judge: typeof judge; readonly measure: typeof measure }
}

async function inBrowser(questions: readonly Question[]): Promise<readonly string[]> {
  return await page.evaluate(([client, all]) => (globalThis as unknown as Loaded).suretyLight.judge(client, all), [
    trusted,
    questions
  ] as const)
}

describe('the light client in a browser', () => {
  test('says the same as in Node of every kind of document, of an update and of evidence', async () => {
    const verdicts = await inBrowser(honest)
    expect(verdicts).toEqual(judge(trusted, honest))
    for (const verdict of verdicts) expect(verdict).not.toContain('"ok":false')
  })

  test('says the same as in Node of what was tampered with, bit by bit, cut or mixed', async () => {
    const random = createRandom('browser')
    const flipped = (hex: string): string => {
      const bytes = hexToBytes(hex)
      const at = random.below(bytes.length * 8)
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
      return bytesToHex(random.chance(80) ? bytes : bytes.slice(0, random.below(bytes.length)))
    }
    const tampered = honest.flatMap(question =>
      Array.from({ length: TAMPERED }, (): Question => {
        if (question.kind !== 'document') return { ...question, bytes: flipped(question.bytes) }
        return random.chance(70)
          ? { ...question, body: flipped(question.body) }
          : { ...question, finality: flipped(question.finality) }
      })
    )
    const verdicts = await inBrowser(tampered)
    expect(verdicts).toEqual(judge(trusted, tampered))
    const refused = verdicts.filter(verdict => verdict.includes('"ok":false'))
    // A bit of an absent key asks another question, which may well be true.
    expect(refused.length).toBeGreaterThan(0.95 * tampered.length)
    expect(new Set(refused.map(verdict => /E_\w+/.exec(verdict)?.[0])).size).toBeGreaterThan(4)
  })

  test('stays small, and fast enough for a page', async () => {
    const question = present(documents[1], 'a document of keys')
    const browserMs = await page.evaluate(
      ([client, one]) => {
        const { performance, suretyLight } = globalThis as unknown as Loaded & { performance: { now(): number } }
        return suretyLight.measure(client, one, 5, () => performance.now())
      },
      [trusted, question] as const
    )
    const { bytes, gzipBytes, modules } = light
    const engine = browser.version()
    console.log(
      JSON.stringify({ schema: 'surety.light.bundle/1', bytes, gzipBytes, modules, engine, documentMs: browserMs })
    )
    expect(bytes).toBeLessThan(BUNDLE_BYTES_MAX)
    expect(browserMs).toBeLessThan(5_000)
  })

  test('needs nothing of Node', () => {
    // As booleans, so that a failure does not print the bundle. cborg asks for Buffer and does without.
    expect([/["'`]node:/.test(light.code), /\brequire\(/.test(light.code)]).toEqual([false, false])
  })
})
