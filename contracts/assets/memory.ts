// What one step has read and written so far, and its meter [EXE-4]. Reads are closed: a key the view cannot
// tell about, or one more than the step may have, ends the step by an exception that only the interpreter sees,
// so no template can go on.
import { bytesToHex } from '../primitives/bytes.ts'
import type { PublicKey } from '../primitives/ids.ts'
import {
  STEP_BYTES_MAX,
  STEP_KEYS_MAX,
  STEP_SIGNATURES_MAX,
  STEP_WORK_MAX,
  TEMPLATE_KEY_BYTES,
  TEMPLATE_VALUE_BYTES
} from './limits.ts'
import { templateStateKey } from './reserved.ts'
import type { StateView } from './state-view.ts'
import type { TemplateView } from './template.ts'

/** The view does not show a key. Never leaves the interpreter. */
export class MissingKey extends Error {
  readonly key: Uint8Array
  constructor(key: Uint8Array) {
    super('missing key')
    this.key = key
  }
}

/** The step is over one of its limits. Never leaves the interpreter. */
export class OverLimit extends Error {}

interface Cell {
  readonly key: Uint8Array
  /** What the view holds; undefined until it is read. */
  loaded: Uint8Array | null | undefined
  /** What the step wrote; undefined if nothing. */
  written: Uint8Array | null | undefined
}

export class StepMemory implements TemplateView {
  readonly #view: StateView
  readonly #verify: TemplateView['verify']
  readonly #cells = new Map<string, Cell>()
  /** Cells that calls wrote, undone together. */
  #called: Cell[] = []
  #bytes = 0
  #work = 0
  #signatures = 0

  constructor(view: StateView, verify: TemplateView['verify']) {
    this.#view = view
    this.#verify = verify
  }

  get(key: Uint8Array): Uint8Array | null {
    this.work()
    const cell = this.#cellOf(templateKey(key))
    if (cell.written !== undefined) return cell.written
    const fresh = cell.loaded === undefined
    const value = this.#load(cell)
    if (fresh) this.#count(value?.length ?? 0)
    return value
  }

  put(key: Uint8Array, value: Uint8Array | null): void {
    this.work()
    if (value !== null && value.length > TEMPLATE_VALUE_BYTES) throw new OverLimit('a value over its limit')
    const cell = this.#cellOf(templateKey(key))
    this.#count(value?.length ?? 0)
    if (cell.written === undefined) this.#called.push(cell)
    cell.written = value
  }

  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
    if (this.#signatures === STEP_SIGNATURES_MAX) throw new OverLimit('more signatures than a step may check')
    this.#signatures += 1
    return this.#verify(key, message, signature)
  }

  /** Not counted: the interpreter's own values are small, and what a liar put there must not end a step. */
  getReserved(key: Uint8Array): Uint8Array | null {
    return this.#load(this.#cellOf(key))
  }

  /** Only for keys read before, so that it cannot fail. */
  putReserved(key: Uint8Array, value: Uint8Array): void {
    this.#cellOf(key).written = value
  }

  /** One unit of work. */
  work(): void {
    if (this.#work === STEP_WORK_MAX) throw new OverLimit('more work than a step may do')
    this.#work += 1
  }

  undoCalls(): void {
    for (const cell of this.#called) cell.written = undefined
    this.#called = []
  }

  touched(): readonly Uint8Array[] {
    return Array.from(this.#cells.values(), cell => cell.key)
  }

  writes(): { readonly key: Uint8Array; readonly value: Uint8Array | null }[] {
    const writes: { key: Uint8Array; value: Uint8Array | null }[] = []
    for (const { key, written } of this.#cells.values()) if (written !== undefined) writes.push({ key, value: written })
    return writes
  }

  #cellOf(key: Uint8Array): Cell {
    const name = bytesToHex(key)
    let cell = this.#cells.get(name)
    if (cell === undefined) {
      if (this.#cells.size === STEP_KEYS_MAX) throw new OverLimit('more keys than a step may touch')
      this.#count(key.length)
      cell = { key, loaded: undefined, written: undefined }
      this.#cells.set(name, cell)
    }
    return cell
  }

  #load(cell: Cell): Uint8Array | null {
    if (cell.loaded === undefined) {
      const found = this.#view.get(cell.key)
      if (found === 'missing') throw new MissingKey(cell.key)
      cell.loaded = found === 'absent' ? null : found
    }
    return cell.loaded
  }

  #count(size: number): void {
    this.#bytes += size
    if (this.#bytes > STEP_BYTES_MAX) throw new OverLimit('more bytes than a step may touch')
  }
}

function templateKey(key: Uint8Array): Uint8Array {
  if (key.length > TEMPLATE_KEY_BYTES) throw new OverLimit('a key over its limit')
  return templateStateKey(key)
}
