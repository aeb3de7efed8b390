// surety proof check: offline, from the genesis document alone. Exit code 8 if the proof does not hold.
import { readFile } from 'node:fs/promises'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { readGenesis } from '../../devnet/genesis-file.ts'
import { EXIT, misuse, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import type { Document } from '../../output.ts'
import { type BalanceReading, PROOF_FILE, type ProofFile, readProof, type ReceiptReading } from '../../proofs.ts'

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
  const said = saidBy(file.data, read.value)
  output.result(
    'surety.proof.check/1',
    { valid: true, proof: file.data.schema, asset: file.data.asset, height: header.height, ...said.document },
    () => [output.paint.green(`valid: ${said.words}, as of final height ${header.height}`)]
  )
  return EXIT.ok
}

/** Names whom and what the proof is about: the file says it, and was judged for exactly that. */
function saidBy(
  file: ProofFile,
  reading: BalanceReading | ReceiptReading
): { readonly document: Document; readonly words: string } {
  const asset = file.asset.slice(0, 12)
  if (reading.kind === 'balance') {
    const { units, checkpoint } = reading
    const [account, sequence] = file.schema === 'surety.proof.balance/1' ? [file.account, file.sequence] : ['', 0]
    return {
      document: { account, units, sequence, checkpoint: checkpoint.id, status: checkpoint.status },
      words:
        `account ${account.slice(0, 12)} holds ${units} base units of ${asset} ` +
        `by checkpoint ${sequence} (${checkpoint.status})`
    }
  }
  const { proven, seats } = reading
  const { outcome } = proven.effects
  const instruction = file.schema === 'surety.proof.receipt/1' ? file.instruction : ''
  return {
    document: { instruction, index: proven.leaf.index, outcome, seats },
    words:
      `instruction ${instruction.slice(0, 12)} was ${outcome} as step ${proven.leaf.index} of ${asset}; ` +
      `${seats.length} seats answer for it`
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw misuse('E_PROOF_FILE', `cannot read ${path}`)
  }
}
