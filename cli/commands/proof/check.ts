// surety proof check: offline, from the genesis document alone. Exit code 8 if the proof does not hold.
import { readFile } from 'node:fs/promises'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { EXIT, misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import type { Document } from '../../output.ts'
import { type BalanceReading, PROOF_FILE, readProof, type ReceiptReading } from '../../proofs.ts'

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
  const { header } = read.value
  const said = saidBy(read.value)
  output.result(
    'surety.proof.check/1',
    { valid: true, proof: file.data.schema, asset: file.data.asset, height: header.height, ...said.document },
    () => [output.paint.green(`valid: ${said.words}, as of final height ${header.height}`)]
  )
  return EXIT.ok
}

function saidBy(reading: BalanceReading | ReceiptReading): { readonly document: Document; readonly words: string } {
  if (reading.kind === 'balance') {
    const { units, checkpoint } = reading
    return {
      document: { units, checkpoint: checkpoint.id, status: checkpoint.status },
      words: `the account holds ${units} base units (${checkpoint.status})`
    }
  }
  const { proven, seats } = reading
  const { outcome } = proven.effects
  return {
    document: { index: proven.leaf.index, outcome, seats },
    words: `step ${proven.leaf.index} was ${outcome}, ${seats.length} seats answer for it`
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw misuse('E_PROOF_FILE', `cannot read ${path}`)
  }
}
