// surety proof check: offline, from the genesis document or a trusted head alone. Exit code 8 if the proof does
// not hold.
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import type { LightClient } from '#base-layer/light/light-client.ts'
import { accept, type Verdict } from '#contracts/primitives/verdict.ts'
import { type BalanceReading, checkAccount, checkReceiptFile, type ReceiptReading } from '../../asset-proofs.ts'
import { EXIT } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { type Said, sayHead, sayShown } from '../../proof-words.ts'
import { checkBaseProof, type ProofFile, readProofFile, writeHeadFile } from '../../proofs.ts'
import { trustedClient } from './get.ts'

export const checkProof: Handler = async (context, [path = ''], options) => {
  installNodeCrypto()
  const { output } = context
  const trusted = await trustedClient(context, options)
  const file = await readProofFile(path)
  const read = readFile(trusted, file)
  if (!read.ok) {
    output.result('surety.proof.check/1', { valid: false, proof: file.kind, code: read.code, why: read.why }, () => [
      output.paint.red(`invalid: ${read.code}, ${read.why}`)
    ])
    return EXIT.problemFound
  }
  const { client, said } = read.value
  const head = sayHead(client, Date.now())
  output.result(
    'surety.proof.check/1',
    { valid: true, proof: file.kind, ...said.document, head: head.document },
    () => [
      output.paint.green(`valid: ${said.words}`),
      head.words,
      head.behind,
      ...(head.warning === undefined ? [] : [output.paint.yellow(head.warning)])
    ]
  )
  const keep = options['keep']
  if (typeof keep === 'string') {
    await writeHeadFile(keep, client)
    output.note(`${keep}: the head, to check later proofs with --head`)
  }
  return EXIT.ok
}

/** What any file shows to somebody who trusts this client. */
export function readFile(
  trusted: LightClient,
  file: ProofFile
): Verdict<{ readonly client: LightClient; readonly said: Said }> {
  if (file.kind === 'account') {
    const read = checkAccount(trusted, file)
    return read.ok ? accept({ client: read.value.client, said: sayAccount(file, read.value) }) : read
  }
  if (file.kind === 'receipt') {
    const read = checkReceiptFile(trusted, file)
    return read.ok ? accept({ client: read.value.client, said: sayReceipt(file, read.value) }) : read
  }
  const read = checkBaseProof(trusted, file)
  return read.ok ? accept({ client: read.value.client, said: sayShown(read.value.shown, read.value.client) }) : read
}

/** The file says whom and what it is about, and was judged for exactly that. */
function sayAccount({ asset, account, sequence }: Extract<ProofFile, { kind: 'account' }>, read: BalanceReading): Said {
  const { units, checkpoint } = read
  return {
    document: { asset, account, units, sequence, checkpoint: checkpoint.id, status: checkpoint.status },
    words:
      `account ${account.slice(0, 12)} holds ${units} base units of ${asset.slice(0, 12)} ` +
      `by checkpoint ${sequence} (${checkpoint.status})`
  }
}

function sayReceipt({ asset, instruction }: Extract<ProofFile, { kind: 'receipt' }>, read: ReceiptReading): Said {
  const { proven, seats } = read
  const { outcome } = proven.effects
  return {
    document: { asset, instruction, index: proven.leaf.index, outcome, seats },
    words:
      `instruction ${instruction.slice(0, 12)} was ${outcome} as step ${proven.leaf.index} of ${asset.slice(0, 12)}; ` +
      `${seats.length} seats answer for it`
  }
}
