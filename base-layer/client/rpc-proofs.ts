// ChainProofs as JSON-RPC: how requests travel, the asking side that remote-chain.ts has, and what
// rpc-methods.ts serves.
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId } from '#contracts/primitives/ids.ts'
import type { ChainProofs, ProofDocument, ProofRequest } from '../base-chain.ts'
import { type Relation, relationCodec } from '../light/heads.ts'
import { KEY_BYTES } from '../light/limits.ts'
import { isHistorySubject } from '../light/proof-document.ts'
import type { StateKey } from '../light/state-proof.ts'
import { RpcFailure } from '../runtime/json-rpc.ts'
import { SECTIONS, type SectionName } from '../state/trees/sections.ts'
import type { RpcProofRequest } from './rpc-schemas.ts'

/** What the asking side calls: the answer has passed its schema. */
export interface ProofCalls {
  proof(params: object): Promise<{ readonly finality: string; readonly body: string } | null>
  update(params: object): Promise<string>
  anchor(params: object): Promise<string | null>
  relate(params: object): Promise<string | null>
  /** What is thrown for an answer that cannot be read. */
  badAnswer(why: string): Error
}

export class RemoteProofs implements ChainProofs {
  readonly #calls: ProofCalls

  constructor(calls: ProofCalls) {
    this.#calls = calls
  }

  async document(request: ProofRequest, since = 0): Promise<ProofDocument | undefined> {
    const found = await this.#calls.proof({ request: packRequest(request), since })
    return found === null ? undefined : { finality: hexToBytes(found.finality), body: hexToBytes(found.body) }
  }

  async update(position: { readonly period: number; readonly height: number }): Promise<Uint8Array> {
    return hexToBytes(await this.#calls.update(position))
  }

  async anchor(height: number): Promise<Uint8Array | undefined> {
    const found = await this.#calls.anchor({ height })
    return found === null ? undefined : hexToBytes(found)
  }

  async relate(
    { height, id }: { readonly height: number; readonly id: BlockId },
    under: number
  ): Promise<Relation | undefined> {
    const found = await this.#calls.relate({ height, id, under })
    if (found === null) return undefined
    const decoded = decode(relationCodec, hexToBytes(found), found.length)
    if (!decoded.ok) throw this.#calls.badAnswer(decoded.why)
    return decoded.value
  }
}

/** The four calls as parameters come in and answers go out. */
export function serveProofs(proofs: ChainProofs) {
  return {
    proof: async ({ request, since }: { readonly request: RpcProofRequest; readonly since: number }) => {
      const found = await proofs.document(unpackRequest(request), since)
      return found === undefined ? null : { finality: bytesToHex(found.finality), body: bytesToHex(found.body) }
    },
    update: async (position: { readonly period: number; readonly height: number }) =>
      bytesToHex(await proofs.update(position)),
    anchor: async ({ height }: { readonly height: number }) => {
      const found = await proofs.anchor(height)
      return found === undefined ? null : bytesToHex(found)
    },
    relate: async ({ height, id, under }: { readonly height: number; readonly id: string; readonly under: number }) => {
      const found = await proofs.relate({ height, id: id as BlockId }, under)
      return found === undefined ? null : bytesToHex(encode(relationCodec, found))
    }
  }
}

function packRequest(request: ProofRequest): RpcProofRequest {
  switch (request.kind) {
    case 'present':
    case 'absent':
      return { kind: request.kind, keys: request.keys.map(packKey) }
    case 'history': {
      const { section } = request.subject
      return { kind: 'history', subject: { section, key: packKey(request.subject).key }, start: request.start }
    }
    default:
      return request
  }
}

/** Ids have the form that their schema checked. */
function unpackRequest(request: RpcProofRequest): ProofRequest {
  switch (request.kind) {
    case 'present':
    case 'absent':
      return { kind: request.kind, keys: request.keys.map(unpackKey) }
    case 'history': {
      const subject = unpackKey(request.subject)
      if (!isHistorySubject(subject)) throw new RpcFailure('E_BAD_PARAMS', 'no history is kept of this key')
      return { kind: 'history', subject, start: request.start }
    }
    default:
      return request as ProofRequest
  }
}

// A row of SECTIONS gives a key that belongs to it; the compiler cannot see it through a name.
function packKey({ section, key }: StateKey): { section: SectionName; key: string } {
  return { section, key: bytesToHex(encode(SECTIONS[section].key as unknown as Codec<unknown>, key)) }
}

function unpackKey({ section, key }: { readonly section: SectionName; readonly key: string }): StateKey {
  const decoded = decode(SECTIONS[section].key as unknown as Codec<unknown>, hexToBytes(key), KEY_BYTES)
  if (!decoded.ok) throw new RpcFailure(decoded.code, `not a key of section ${section}: ${decoded.why}`)
  return { section, key: decoded.value } as StateKey
}
