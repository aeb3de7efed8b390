// The OpenRPC document of a server, made of the same zod schemas that check its calls: what rpc.discover answers
// and what docs/openrpc.json holds. Deterministic: methods in the order of their names.
import { z } from 'zod'
import { RPC_CODES, type RpcDescription } from './json-rpc-method.ts'
import { RPC_LIMITS } from './limits.ts'

type Json = Readonly<Record<string, unknown>>

/** The result of rpc.discover is described by the meta schema of OpenRPC itself. */
const META_SCHEMA = 'https://meta.open-rpc.org/'

export const DISCOVER: RpcDescription = {
  summary: 'This document.',
  params: z.strictObject({}),
  result: z.looseObject({ openrpc: z.string(), info: z.looseObject({}), methods: z.array(z.looseObject({})) })
}

/** The failures that any method may answer; `data.code` has the stable code. */
const ERRORS: Readonly<Record<string, Json>> = {
  parse: errorOf(RPC_CODES.parse, 'the body is not JSON', ['E_BAD_JSON']),
  request: errorOf(RPC_CODES.request, 'not a JSON-RPC 2.0 request', [
    'E_BAD_REQUEST',
    'E_BAD_CONTENT_TYPE',
    'E_TOO_LARGE'
  ]),
  method: errorOf(RPC_CODES.method, 'no such method', ['E_NO_METHOD']),
  params: errorOf(RPC_CODES.params, 'params are not what the method takes', ['E_BAD_PARAMS']),
  internal: errorOf(RPC_CODES.internal, 'the node failed to answer', ['E_INTERNAL'])
}
/** Refusals of the door that share the number of a method's own. */
const DOOR_CODES = ['E_BUSY', 'E_STOPPED', 'E_RPC_TOKEN'] as const

export function buildOpenRpc(methods: Readonly<Record<string, RpcDescription>>, version: string): Json {
  const names = Object.keys(methods).sort()
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Surety node',
      version,
      description:
        'JSON-RPC 2.0 on POST /rpc. Amounts are decimal text of base units; records are hexadecimal of their canonical ' +
        `CBOR. At most ${RPC_LIMITS.batchCallsMax} calls in a batch and ${RPC_LIMITS.bodyBytesMax} bytes in a body.`
    },
    methods: names.map(name => describe(name, methods[name] ?? DISCOVER)),
    components: { errors: ERRORS }
  }
}

function describe(name: string, { summary, params, result, errors = [], needsToken = false }: RpcDescription): Json {
  const { properties = {}, required = [] } = schemaOf(params, 'input') as {
    readonly properties?: Json
    readonly required?: readonly string[]
  }
  const codes = [...new Set([...errors, ...DOOR_CODES])].sort()
  return {
    name,
    summary,
    paramStructure: 'by-name',
    // Required ones first, as OpenRPC asks.
    params: Object.entries(properties)
      .map(([param, schema]) => ({ name: param, required: required.includes(param), schema }))
      .sort((a, b) => Number(b.required) - Number(a.required)),
    result: {
      name: 'result',
      schema: name === 'rpc.discover' ? { $ref: META_SCHEMA } : schemaOf(result, 'output')
    },
    errors: [
      ...Object.keys(ERRORS).map(one => ({ $ref: `#/components/errors/${one}` })),
      errorOf(RPC_CODES.failed, 'refused; data.code says why', codes)
    ],
    ...(needsToken ? { 'x-needs-token': true } : {})
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io }) as Json
  return rest
}

function errorOf(code: number, message: string, codes: readonly string[]): Json {
  return { code, message, data: { code: codes } }
}
