// A real browser with one of our modules in it, bundled as it is. Without a browser the test says how to get one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
]

export interface Bundle {
  readonly code: string
  readonly bytes: number
  readonly gzipBytes: number
  readonly modules: number
}

/** A module and all it imports as one script, whose exports are `globalThis[name]`. */
export async function bundle(entry: string, name: string): Promise<Bundle> {
  const built = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      lib: { entry: join(ROOT, entry), formats: ['iife'], name, fileName: name }
    }
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap(one => ('output' in one ? one.output : []))
  const [chunk, ...more] = outputs.flatMap(one => (one.type === 'chunk' ? [one] : []))
  if (chunk === undefined || more.length > 0) throw new Error('one entry makes one chunk')
  const { code } = chunk
  const bytes = Buffer.byteLength(code)
  return { code, bytes, gzipBytes: gzipSync(code).length, modules: chunk.moduleIds.length }
}

/** Throws, with what to do, where no browser is installed. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = [process.env['SURETY_CHROMIUM'] ?? '', ...PLACES].find(
    place => place !== '' && existsSync(place)
  )
  if (executablePath === undefined) {
    throw new Error('No Chromium here: install it (Debian: apt-get install -y chromium), or name it in SURETY_CHROMIUM')
  }
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** An empty page of no origin, without a network, with the bundle run in it. What goes wrong in it fails the test. */
export async function openPage(browser: Browser, { code }: Bundle): Promise<Page> {
  const page = await browser.newPage()
  page.on('pageerror', error => {
    throw error
  })
  await page.context().setOffline(true)
  await page.addScriptTag({ content: code })
  return page
}
