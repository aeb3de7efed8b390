// surety proof check: offline, from the genesis document alone. Exit code 8 if the proof does not hold.
import { readFile } from 'node:fs/promises'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { EXIT, misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { PROOF_FILE, readProof } from '../../proofs.ts'

export const checkProof: Handler = async ({ output, settings }, [path = '']) => {
  installNodeCrypto()
  const genesis = unwrap(await readGenesis(settings.genesis.value))
  const file = PROOF_FILE.safeParse(await readJson(path))
  if (!file.success) throw misuse('E_PROOF_FILE', `${path} is not a proof file`)
  const read = readProof(genesis, file.data)
  if (!read.ok) {
    output.result('surety.proof.check/1', { valid: false, code: read.code, why: read.why }, () => [
      output.paint.red(`invalid: ${read.code}, ${read.why}`)
    ])
    return EXIT.problemFound
  }
  const reading = read.value
  const words =
    reading.kind === 'balance'
      ? `${file.data.schema === 'surety.proof.balance/1' ? file.data.account : ''} holds ${reading.units} base units (${reading.status})`
      : `step ${reading.index} was ${reading.outcome}, ${reading.signers} seats answer for it`
  output.result(
    'surety.proof.check/1',
    { valid: true, proof: file.data.schema, asset: file.data.asset, ...reading },
    () => [output.paint.green(`valid: ${words}, as of final height ${reading.height}`)]
  )
  return EXIT.ok
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw misuse('E_PROOF_FILE', `cannot read ${path}`)
  }
}
