// BaseChain as JSON-RPC methods base.*: the serving side of remote-chain.ts.
import type { z } from 'zod'
import { type Codec, decode, encode } from '#contracts/codec/codec.ts'
import { outputRecordCodec } from '#contracts/ledger/output.ts'
import { parametersCodec } from '#contracts/ledger/parameters.ts'
import { TRANSACTION_BYTES, transactionCodec } from '#contracts/ledger/transaction.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import type { PublicKey, TransactionId } from '#contracts/primitives/ids.ts'
import { signedHeaderCodec } from '#contracts/statements/block.ts'
import type { BaseChain } from '../base-chain.ts'
import { RpcFailure, type RpcMethod, rpcMethod } from '../runtime/json-rpc.ts'
import { type KeyOf, SECTIONS, type SectionName, type ValueOf } from '../state/trees/sections.ts'
import { serveProofs } from './rpc-proofs.ts'
import { RPC_ANSWERS, RPC_PARAMETERS, RPC_SUMMARIES, type RpcName } from './rpc-schemas.ts'

/** Longest encoded key of any section. */
const KEY_BYTES = 256

export function createBaseRpc(chain: BaseChain): Readonly<Record<string, RpcMethod>> {
  const proofs = serveProofs(chain.proofs)
  return {
    'base.info': method('info', async () => {
      const { parameters, ...rest } = await chain.info()
      return { ...rest, parameters: hexOf(parametersCodec, parameters) }
    }),
    'base.tip': method('tip', ({ which }) => chain.tip(which)),
    'base.block': method('block', ({ height }) => chain.block(height)),
    'base.transactions': method('transactions', async ({ height }) => {
      const found = await chain.transactions(height)
      return found?.map(one => hexOf(transactionCodec, one))
    }),
    'base.read': method('read', async ({ section, key, which }) => {
      const value = await chain.read(section, keyIn(section, key), which)
      return value === undefined ? null : hexOf(valueCodecOf(section), value)
    }),
    'base.list': method('list', async ({ section, which }) => {
      const entries = await chain.list(section, which)
      return entries.map(({ key, value }) => ({
        key: hexOf(keyCodecOf(section), key),
        value: hexOf(valueCodecOf(section), value)
      }))
    }),
    'base.outputs': method('outputs', async ({ owner }) => {
      const outputs = await chain.outputsOf(owner as PublicKey)
      return outputs.map(({ id, record }) => ({ id, record: hexOf(outputRecordCodec, record) }))
    }),
    'base.prove': method('prove', async ({ section, key }) => {
      const { value, header, sectionRoots, witness } = await chain.prove(section, keyIn(section, key))
      return {
        value: value === null ? null : hexOf(valueCodecOf(section), value),
        header: hexOf(signedHeaderCodec, header),
        sectionRoots: sectionRoots.map(bytesToHex),
        witness: bytesToHex(witness)
      }
    }),
    'base.finalityProof': method('finalityProof', async () => bytesToHex(await chain.proveFinality())),
    'base.proof': method('proof', proofs.proof),
    'base.update': method('update', proofs.update),
    'base.anchor': method('anchor', proofs.anchor),
    'base.relate': method('relate', proofs.relate),
    'base.submit': method('submit', async ({ transaction }) => {
      const decoded = decode(transactionCodec, hexToBytes(transaction), TRANSACTION_BYTES)
      return decoded.ok ? chain.submit(decoded.value) : decoded
    }),
    'base.status': method('status', ({ id }) => chain.status(id as TransactionId)),
    'base.floors': method('floors', () => chain.floors())
  }
}

/** The handler of a name with the schemas of that name. */
function method<Name extends RpcName>(
  name: Name,
  call: (params: z.output<(typeof RPC_PARAMETERS)[Name]>) => unknown
): RpcMethod {
  return rpcMethod({ summary: RPC_SUMMARIES[name], params: RPC_PARAMETERS[name], result: RPC_ANSWERS[name] }, call)
}

// A row of SECTIONS gives key and value that belong together; the compiler cannot see it through a name.
export function keyCodecOf<S extends SectionName>(section: S): Codec<KeyOf<S>> {
  return SECTIONS[section].key as unknown as Codec<KeyOf<S>>
}

export function valueCodecOf<S extends SectionName>(section: S): Codec<ValueOf<S>> {
  return SECTIONS[section].value as unknown as Codec<ValueOf<S>>
}

function keyIn<S extends SectionName>(section: S, hex: string): KeyOf<S> {
  const decoded = decode(keyCodecOf(section), hexToBytes(hex), KEY_BYTES)
  if (!decoded.ok) throw new RpcFailure(decoded.code, `not a key of section ${section}: ${decoded.why}`)
  return decoded.value
}

function hexOf<T>(codec: Codec<T>, value: T): string {
  return bytesToHex(encode(codec, value))
}
