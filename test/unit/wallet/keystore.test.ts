import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readKeystore, writeKeystore } from '#base-layer/index.ts'
import { Secret } from '#base-layer/runtime/secret.ts'

const SECRET = new Secret(new Uint8Array(32).fill(9))
const PASSWORD = new Secret('correct horse')
const CHEAP = { costLog2: 10 }

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'surety-keystore-'))
  path = join(folder, 'alice.key')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('gives back what was put in, from a file only its owner reads', async () => {
  expect(await writeKeystore(path, SECRET, PASSWORD, CHEAP)).toMatchObject({ ok: true })
  const read = await readKeystore(path, PASSWORD)
  expect(read.ok && read.value.reveal()).toEqual(SECRET.reveal())
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['alice.key'])
})

test('the secret is not in the file, and two files of one secret differ', async () => {
  await writeKeystore(path, SECRET, PASSWORD, CHEAP)
  await writeKeystore(`${path}.2`, SECRET, PASSWORD, CHEAP)
  const [one, two] = [readFileSync(path), readFileSync(`${path}.2`)]
  expect(one.includes(Buffer.from(SECRET.reveal()))).toBe(false)
  expect(one.equals(two)).toBe(false)
})

test('a wrong password is E_PASSWORD', async () => {
  await writeKeystore(path, SECRET, PASSWORD, CHEAP)
  expect(await readKeystore(path, new Secret('wrong horse'))).toMatchObject({ ok: false, code: 'E_PASSWORD' })
})

test('no byte of the file can change without E_KEYSTORE_DAMAGED', async () => {
  await writeKeystore(path, SECRET, PASSWORD, { costLog2: 1 })
  const good = readFileSync(path)
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good)
    bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
    writeFileSync(path, bad)
    expect(await readKeystore(path, PASSWORD), `byte ${at}`).toMatchObject({ ok: false, code: 'E_KEYSTORE_DAMAGED' })
  }
})

test('a file cut short is damaged', async () => {
  await writeKeystore(path, SECRET, PASSWORD, CHEAP)
  writeFileSync(path, readFileSync(path).subarray(0, -1))
  expect(await readKeystore(path, PASSWORD)).toMatchObject({ ok: false, code: 'E_KEYSTORE_DAMAGED' })
})

test('a missing file is E_KEYSTORE_MISSING', async () => {
  expect(await readKeystore(path, PASSWORD)).toMatchObject({ ok: false, code: 'E_KEYSTORE_MISSING' })
})

test('never writes over a file', async () => {
  await writeKeystore(path, SECRET, PASSWORD, CHEAP)
  const before = readFileSync(path)
  expect(await writeKeystore(path, SECRET, PASSWORD, CHEAP)).toMatchObject({ ok: false, code: 'E_KEYSTORE_EXISTS' })
  expect(readFileSync(path)).toEqual(before)
  expect(readdirSync(folder)).toEqual(['alice.key'])
})
