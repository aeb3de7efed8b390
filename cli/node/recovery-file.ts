// Recovery files on disk: the bytes that a block carries; before anybody has signed, those of the body alone [FIN-9].
import { readFile } from 'node:fs/promises'
import { decode, encode } from '#contracts/codec/codec.ts'
import type { GenesisHash } from '#contracts/primitives/ids.ts'
import {
  checkRecoveryFile,
  RECOVERY_BYTES,
  recoveryBodyCodec,
  type RecoveryFile,
  recoveryFileCodec
} from '#contracts/statements/recovery.ts'
import { misuse, refused, unwrap } from '../exit-codes.ts'
import { writePrivate } from './data-folder.ts'

/** A file of this network whose form and signatures are right. Throws E_RECOVERY_... */
export async function readRecovery(path: string, genesis: GenesisHash): Promise<RecoveryFile> {
  const bytes = await readFile(path).catch(() => {
    throw misuse('E_RECOVERY_FILE', `cannot read ${path}`)
  })
  const draft = decode(recoveryBodyCodec, bytes, RECOVERY_BYTES)
  if (!draft.ok) return unwrap(checkRecoveryFile(bytes, genesis))
  if (draft.value.genesis !== genesis) throw refused('E_RECOVERY_NETWORK', 'the file is for another network')
  return { body: draft.value, holders: [] }
}

export async function writeRecovery(path: string, file: RecoveryFile): Promise<void> {
  const bytes = file.holders.length === 0 ? encode(recoveryBodyCodec, file.body) : encode(recoveryFileCodec, file)
  await writePrivate(path, bytes)
}
