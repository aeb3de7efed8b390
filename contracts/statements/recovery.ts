// Recovery files [FIN-9]: a share table that takes the place of one that cannot reach two thirds any more, signed by
// holders of more than half of the shares it counted. Made and installed by operators, never by a node on its own.
// Whether the outputs it names counted and are unspent is state's to say.
import { amount, bytes, type Decoded, decode, encode, hex32, list, record, uint } from '../codec/codec.ts'
import { hashHex } from '../crypto/hash.ts'
import { SIGNATURE_BYTES, signingBytes, verifySignature } from '../crypto/signature.ts'
import { AMOUNT_LIMIT } from '../primitives/amounts.ts'
import type { BlockId, GenesisHash, Hash, OutputId, PublicKey } from '../primitives/ids.ts'
import { reject, type Verdict } from '../primitives/verdict.ts'
import type { PeriodTable } from './period-table.ts'
import { PEERS_MAX } from './vote.ts'

/** Most bytes of a file: it travels in one transaction, beside what pays for it. */
export const RECOVERY_BYTES = 88 * 1024
/** Keys that sign, and outputs that stand behind them: what fits beside a full table. */
export const RECOVERY_HOLDERS = 256
export const RECOVERY_OUTPUTS = 1024

export const recoveryBodyCodec = record({
  genesis: hex32<GenesisHash>(),
  /** The period whose place the table takes: it finalises up to L_period, and the next table is period + 1's. */
  period: uint(),
  /** The block that its votes start from. */
  height: uint(),
  block: hex32<BlockId>(),
  /** In ascending order of key. */
  table: list(record({ peer: hex32<PublicKey>(), weight: amount() }), PEERS_MAX, 1)
})
export type RecoveryBody = Decoded<typeof recoveryBodyCodec>

export const recoveryFileCodec = record({
  body: recoveryBodyCodec,
  /** In ascending order of key, each with outputs of its own. */
  holders: list(
    record({
      owner: hex32<PublicKey>(),
      outputs: list(hex32<OutputId>(), RECOVERY_OUTPUTS, 1),
      signature: bytes(SIGNATURE_BYTES, SIGNATURE_BYTES)
    }),
    RECOVERY_HOLDERS,
    1
  )
})
export type RecoveryFile = Decoded<typeof recoveryFileCodec>

export type RecoveryCode = 'E_RECOVERY_FORM' | 'E_RECOVERY_NETWORK' | 'E_RECOVERY_SIGNATURE'

/** The id of the period that a file begins. It does not depend on who signed: more signatures make no other file. */
export function recoveryIdOf(body: RecoveryBody): Hash {
  return hashHex('recovery', encode(recoveryBodyCodec, body))
}

/** What a holder signs [SIG-2]. */
export function recoverySigningBytes(body: RecoveryBody): Uint8Array {
  return signingBytes('recovery', body.genesis, encode(recoveryBodyCodec, body))
}

/** A file whose form and signatures are right; what its outputs weigh is not looked at. Never throws. */
export function checkRecoveryFile(bytes: Uint8Array, genesis: GenesisHash): Verdict<RecoveryFile, RecoveryCode> {
  const decoded = decode(recoveryFileCodec, bytes, RECOVERY_BYTES)
  if (!decoded.ok) return reject('E_RECOVERY_FORM', `not a recovery file: ${decoded.why}`)
  const { body, holders } = decoded.value
  if (body.genesis !== genesis) return reject('E_RECOVERY_NETWORK', 'the file is for another network')
  const total = body.table.reduce((sum, entry) => sum + entry.weight, 0n)
  if (!isAscending(body.table.map(entry => entry.peer)) || body.table.some(entry => entry.weight === 0n)) {
    return reject('E_RECOVERY_FORM', 'the table has distinct peers with weight, in order of key')
  }
  if (total >= AMOUNT_LIMIT) return reject('E_RECOVERY_FORM', 'the table weighs more than there can be')
  const outputs = holders.flatMap(holder => holder.outputs)
  if (!isAscending(holders.map(holder => holder.owner)) || new Set(outputs).size !== outputs.length) {
    return reject('E_RECOVERY_FORM', 'holders are in order of key, and every output is named once')
  }
  if (outputs.length > RECOVERY_OUTPUTS) return reject('E_RECOVERY_FORM', `more than ${RECOVERY_OUTPUTS} outputs`)
  const message = recoverySigningBytes(body)
  const isSigned = holders.every(({ owner, signature }) => verifySignature(owner, message, signature))
  return isSigned ? decoded : reject('E_RECOVERY_SIGNATURE', "a signature is not its holder's")
}

/** The table for votes: it gives no tickets, for blocks are proposed under the chain's own tables. */
export function recoveredTable(body: RecoveryBody): PeriodTable {
  const entries = body.table.map(({ peer, weight }) => ({ peer, vrfKey: peer, weight }))
  const id = recoveryIdOf(body)
  return {
    period: body.period,
    recovery: id,
    seed: id,
    seeded: false,
    total: entries.reduce((sum, entry) => sum + entry.weight, 0n),
    entries,
    byPeer: new Map(entries.map(entry => [entry.peer, entry])),
    silent: new Set(entries.map(entry => entry.peer))
  }
}

function isAscending(keys: readonly string[]): boolean {
  return keys.every((key, place) => place === 0 || (keys[place - 1] ?? '') < key)
}
