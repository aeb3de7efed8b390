// What a kind of asset is: a deterministic, bounded machine over a key-value view, with a schema for its
// parameters and calls [EXE-2]. One declaration of fields gives the codec, the check and the form. The registry
// lists templates; only the interpreter runs them.
import {
  amount,
  bool,
  type Codec,
  type Decoded,
  decode,
  encode,
  hex32,
  record,
  text,
  uint,
  union
} from '../codec/codec.ts'
import { TEMPLATE_PARAMETER_BYTES } from '../ledger/actions/asset-register.ts'
import { isAmount } from '../primitives/amounts.ts'
import { isHex32, type PublicKey, ZERO_HASH } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { CALL_BYTES } from './limits.ts'

export type FieldKind = 'key' | 'amount' | 'uint' | 'text' | 'flag'
export type FieldValue = string | number | bigint | boolean

/** A field as people see it: enough to make a form or a command line option. */
export interface FieldDescription {
  readonly name: string
  readonly kind: FieldKind
  readonly summary: string
  /** Greatest number of a uint, most characters of a text; 0 for the other kinds. */
  readonly limit: number
}

interface Field<T> {
  readonly kind: FieldKind
  readonly summary: string
  readonly limit: number
  readonly codec: Codec<T>
  /** True if the codec takes this value. */
  readonly fits: (value: FieldValue | undefined) => boolean
}

/** A public key as hexadecimal. */
export function keyField(summary: string): Field<PublicKey> {
  const fits = (value?: FieldValue) => typeof value === 'string' && isHex32(value) && value !== ZERO_HASH
  return { kind: 'key', summary, limit: 0, codec: hex32<PublicKey>(), fits }
}

/** Smallest units of the asset, a bigint. */
export function amountField(summary: string): Field<bigint> {
  const fits = (value?: FieldValue) => typeof value === 'bigint' && isAmount(value)
  return { kind: 'amount', summary, limit: 0, codec: amount(), fits }
}

export function uintField(summary: string, limit: number): Field<number> {
  const fits = (value?: FieldValue) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= limit
  return { kind: 'uint', summary, limit, codec: uint(limit), fits }
}

export function textField(summary: string, limit: number): Field<string> {
  const fits = (value?: FieldValue) => {
    return typeof value === 'string' && value.length <= limit && /^[\x20-\x7e]*$/.test(value)
  }
  return { kind: 'text', summary, limit, codec: text(limit), fits }
}

export function flagField(summary: string): Field<boolean> {
  return { kind: 'flag', summary, limit: 0, codec: bool, fits: value => typeof value === 'boolean' }
}

// biome-ignore lint/suspicious/noExplicitAny: a field may hold any type; Values<> recovers it exactly.
type Fields = Readonly<Record<string, Field<any>>>
type Values<F extends Fields> = { readonly [Name in keyof F]: Decoded<F[Name]['codec']> }

interface CallSchema {
  /** On the wire; never renumbered. */
  readonly tag: number
  readonly summary: string
  readonly fields: Fields
}
type Calls = Readonly<Record<string, CallSchema>>
type CallOf<C extends Calls> = {
  [Name in keyof C]: { readonly kind: Name } & Values<C[Name]['fields']>
}[keyof C]

/** The only clock and the only facts a template sees. */
export interface CallContext {
  readonly issuer: PublicKey
  /** Whose instruction this is; its signature is checked. */
  readonly account: PublicKey
  readonly index: number
  readonly baseHeight: number
  readonly slot: number
  readonly tick: number
}

/**
 * Keys are the template's own, up to TEMPLATE_KEY_BYTES. Going over a limit or reading what is missing ends the
 * step.
 */
export interface TemplateView {
  get(key: Uint8Array): Uint8Array | null
  /** Null deletes. */
  put(key: Uint8Array, value: Uint8Array | null): void
  /** Counts towards the signatures of the step. */
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean
}

export interface TemplateEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A template with an asset's parameters. */
export interface TemplateMachine {
  /** The state at registration, each key once. */
  initialEntries(issuer: PublicKey): readonly TemplateEntry[]
  /**
   * Applies one call to the view, or rejects it; then nothing of the instruction stands. E_CALL_FORM if
   * undecodable.
   */
  applyCall(context: CallContext, view: TemplateView, call: Uint8Array): Verdict<undefined>
}

export interface CallDescription {
  readonly name: string
  readonly summary: string
  readonly fields: readonly FieldDescription[]
}

export interface DecodedCall {
  readonly name: string
  readonly values: Readonly<Record<string, FieldValue>>
}

export type FieldInputs = Readonly<Record<string, FieldValue>>

export interface Template {
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly parameters: readonly FieldDescription[]
  readonly calls: readonly CallDescription[]
  /** E_TEMPLATE_PARAMETERS if the bytes are not parameters of this template. */
  bind(parameters: Uint8Array): Verdict<TemplateMachine, 'E_TEMPLATE_PARAMETERS'>
  /** From a form or command line; names the field that does not fit. */
  encodeParameters(values: FieldInputs): Verdict<Uint8Array, 'E_TEMPLATE_PARAMETERS'>
  decodeParameters(parameters: Uint8Array): Verdict<FieldInputs, 'E_TEMPLATE_PARAMETERS'>
  encodeCall(name: string, values: FieldInputs): Verdict<Uint8Array, 'E_CALL_FORM'>
  decodeCall(call: Uint8Array): Verdict<DecodedCall, 'E_CALL_FORM'>
}

interface TemplateDefinition<P extends Fields, C extends Calls> {
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly parameters: P
  readonly calls: C
  /** What cannot hold whatever the network; a sentence, or undefined if the parameters are good. */
  readonly parametersFault: (parameters: Values<P>) => string | undefined
  readonly initialEntries: (parameters: Values<P>, issuer: PublicKey) => readonly TemplateEntry[]
  readonly applyCall: (
    parameters: Values<P>,
    context: CallContext,
    view: TemplateView,
    call: CallOf<C>
  ) => Verdict<undefined>
}

/** A template from its declaration. */
export function defineTemplate<const P extends Fields, const C extends Calls>(
  definition: TemplateDefinition<P, C>
): Template {
  const { name, version, summary } = definition
  const parametersCodec = recordOf(definition.parameters)
  const callCodec = union(
    Object.fromEntries(
      Object.entries(definition.calls).map(([call, { tag, fields }]) => [call, [tag, recordOf(fields)] as const])
    )
  )
  const readParameters = (from: Uint8Array): Verdict<Values<P>, 'E_TEMPLATE_PARAMETERS'> => {
    const decoded = decode(parametersCodec, from, TEMPLATE_PARAMETER_BYTES)
    const fault = decoded.ok ? definition.parametersFault(decoded.value as Values<P>) : decoded.why
    if (!decoded.ok || fault !== undefined) return reject('E_TEMPLATE_PARAMETERS', fault ?? '')
    return accept(decoded.value as Values<P>)
  }
  return {
    name,
    version,
    summary,
    parameters: describe(definition.parameters),
    calls: Object.entries(definition.calls).map(([call, schema]) => ({
      name: call,
      summary: schema.summary,
      fields: describe(schema.fields)
    })),
    bind: from => {
      const read = readParameters(from)
      if (!read.ok) return read
      const parameters = read.value
      return accept({
        initialEntries: issuer => definition.initialEntries(parameters, issuer),
        applyCall: (context, view, call) => {
          const decoded = decode(callCodec, call, CALL_BYTES)
          return decoded.ok
            ? definition.applyCall(parameters, context, view, decoded.value as CallOf<C>)
            : reject('E_CALL_FORM', decoded.why)
        }
      })
    },
    encodeParameters: values => {
      const fault = fieldsFault(definition.parameters, values)
      if (fault !== undefined) return reject('E_TEMPLATE_PARAMETERS', fault)
      const encoded = encode(parametersCodec, values)
      const read = readParameters(encoded)
      return read.ok ? accept(encoded) : read
    },
    decodeParameters: readParameters as Template['decodeParameters'],
    encodeCall: (call, values) => {
      const schema = Object.hasOwn(definition.calls, call) ? definition.calls[call] : undefined
      if (schema === undefined) return reject('E_CALL_FORM', `${name} has no call of this name`)
      const fault = fieldsFault(schema.fields, values)
      return fault === undefined ? accept(encode(callCodec, { kind: call, ...values })) : reject('E_CALL_FORM', fault)
    },
    decodeCall: from => {
      const decoded = decode(callCodec, from, CALL_BYTES)
      if (!decoded.ok) return reject('E_CALL_FORM', decoded.why)
      const { kind, ...values } = decoded.value
      return accept({ name: String(kind), values: values as FieldInputs })
    }
  }
}

function recordOf(fields: Fields): Codec<Readonly<Record<string, FieldValue>>> {
  return record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.codec])))
}

function describe(fields: Fields): readonly FieldDescription[] {
  return Object.entries(fields).map(([name, { kind, summary, limit }]) => ({ name, kind, summary, limit }))
}

function fieldsFault(fields: Fields, values: FieldInputs): string | undefined {
  for (const name of Object.keys(values))
    if (!Object.hasOwn(fields, name)) return `there is no field of this name: ${name}`
  for (const [name, field] of Object.entries(fields))
    if (!field.fits(values[name])) return `${name} is not a valid ${field.kind}`
  return undefined
}
