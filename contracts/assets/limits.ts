// Bounds of one step, chosen so that the worst step that may be executed also fits in one claim [EXE-4, CLM-2]:
// a step too big to be accused would be a free lie. 24 keys of 2.5 kB of witness each (64 siblings and an end at
// depth 128, each 2^64 hashes of work, which serve all keys at once), 10 kB of keys and values, an input of 8 kB
// and two trace paths stay below CLAIM_BYTES.
import { LOG_ITEM_BYTES } from './log-item.ts'

/** Calls under one signature. */
export const CALLS_MAX = 16
/** One call; all of an instruction together stay below INSTRUCTION_BYTES. */
export const CALL_BYTES = 4096
/** An encoded log entry: an item and its height. */
export const LOG_ENTRY_BYTES = LOG_ITEM_BYTES + 32
/** An encoded step input: a log entry and the step's place and time. */
export const STEP_INPUT_BYTES = LOG_ENTRY_BYTES + 128
/** Distinct keys a step reads or writes, the interpreter's own among them. */
export const STEP_KEYS_MAX = 24
/** Bytes of those keys and of every value read or written. */
export const STEP_BYTES_MAX = 8192
/** Reads, writes and calls, one unit each; ends any loop a template has. */
export const STEP_WORK_MAX = 1024
/** Signatures a step checks, the instruction's own among them. */
export const STEP_SIGNATURES_MAX = 4
/** One key of a template, without the interpreter's prefix. */
export const TEMPLATE_KEY_BYTES = 128
/** One value of a template. */
export const TEMPLATE_VALUE_BYTES = 2048
/** How far above the lowest unused sequence an account may go: the bits of its map [EXE-1]. */
export const SEQUENCE_WINDOW = 64
