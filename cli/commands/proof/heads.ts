// surety proof heads: compare two wallets' heads before a deal [PRF-6], and follow finality with a head that is
// kept, which fetches only what is new since [FIN-10].
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { compareHeads, type Comparison, conflictEvidenceCodec, type Relation } from '#base-layer/light/heads.ts'
import { type FinalityProof, finalityProofCodec } from '#base-layer/light/finality-proof.ts'
import { FINALITY_PROOF_BYTES, PROOF_BODY_BYTES } from '#base-layer/light/limits.ts'
import { type LightClient, positionOf, stepLightClient } from '#base-layer/light/light-client.ts'
import { proofBodyCodec } from '#base-layer/light/proof-document.ts'
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { decode, encode } from '#contracts/codec/codec.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'
import { blockIdOf } from '#contracts/statements/block.ts'
import type { Context } from '../../context.ts'
import { EXIT, refused, unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { sayHead } from '../../proof-words.ts'
import { type ProofFile, readProofFile, writeHeadFile } from '../../proofs.ts'
import { withChain } from '../../session.ts'
import { readFile } from './check.ts'
import { trustedClient } from './get.ts'

interface Party {
  readonly path: string
  readonly file: ProofFile
  readonly client: LightClient
}

/** Exit code 8 unless one history is a proven prefix of the other. */
export const compare: Handler = async (context, [first = '', second = ''], options) => {
  installNodeCrypto()
  const { output } = context
  const trusted = await trustedClient(context, options)
  const [a, b] = [await readParty(trusted, first), await readParty(trusted, second)]
  const relation = relationIn(a, b) ?? relationIn(b, a) ?? (await askRelation(context, a, b))
  const compared = compareHeads(a.client.head, b.client.head, relation ?? null)
  const heads = [a, b].map(({ path, client: { head } }) => ({ file: path, height: head.header.height, id: head.id }))
  const evidence = options['output']
  if (compared.kind === 'conflict' && typeof evidence === 'string') await writeEvidence(evidence, a, b, relation)
  const goesOn = compared.kind === 'same' || compared.kind === 'ahead'
  output.result('surety.proof.heads/1', { ...compared, heads, goesOn }, () => [
    (goesOn ? output.paint.green : output.paint.red)(sayComparison(compared, a, b))
  ])
  return goesOn ? EXIT.ok : EXIT.problemFound
}

async function readParty(trusted: LightClient, path: string): Promise<Party> {
  const file = await readProofFile(path)
  return { path, file, client: unwrap(readFile(trusted, file)).client }
}

/** A file of kind consistency shows itself how its head stands to the other's. */
function relationIn(later: Party, earlier: Party): Relation | undefined {
  const body = decode(proofBodyCodec, hexToBytes(later.file.body), PROOF_BODY_BYTES)
  if (!body.ok || body.value.kind !== 'consistency') return undefined
  return blockIdOf(body.value.older) === earlier.client.head.id ? { kind: 'prefix', ...body.value.link } : undefined
}

/** Else whoever has the later head is asked: a node of its chain. */
async function askRelation(context: Context, a: Party, b: Party): Promise<Relation | undefined> {
  const [earlier, later] = [a, b]
    .map(one => one.client.head)
    .sort((one, other) => one.header.height - other.header.height)
  if (earlier === undefined || later === undefined || earlier.header.height === later.header.height) return undefined
  const { height } = earlier.header
  return await withChain(context, async ({ chain }) => {
    return await chain.proofs.relate({ height, id: earlier.id }, later.header.height)
  })
}

function sayComparison(compared: Comparison, a: Party, b: Party): string {
  switch (compared.kind) {
    case 'same':
      return 'the same head: the deal may go on'
    case 'ahead': {
      const { path } = compared.which === 'first' ? a : b
      return `one history, ${path} is ahead by ${compared.blocks} blocks: the deal may go on`
    }
    case 'conflict':
      return `two histories are final at height ${compared.height}: stop, and keep both files`
    case 'unproven':
      return `stop: ${compared.why}`
  }
}

async function writeEvidence(path: string, a: Party, b: Party, relation: Relation | undefined): Promise<void> {
  const evidence = { first: finalityIn(a), second: finalityIn(b), relation: relation ?? null }
  const document = {
    schema: 'surety.conflict/1',
    genesis: a.client.network.genesis,
    evidence: bytesToHex(encode(conflictEvidenceCodec, evidence))
  }
  await writeFile(path, `${JSON.stringify(document, null, 1)}\n`)
}

function finalityIn({ file }: Party): FinalityProof {
  return unwrap(decode(finalityProofCodec, hexToBytes(file.finality), FINALITY_PROOF_BYTES))
}

/** Brings a kept head up to the node's newest final block; makes it, from genesis, if there is none. */
export const follow: Handler = async (context, [path = ''], options) => {
  installNodeCrypto()
  let client = await trustedClient(context, existsSync(path) ? { ...options, head: path } : options)
  const from = positionOf(client)
  let bytes = 0
  await withChain(context, async ({ chain }) => {
    for (;;) {
      const before = positionOf(client)
      const update = await chain.proofs.update(before)
      bytes += update.length
      client = unwrap(stepLightClient(client, update)).client
      const { height } = await chain.tip('final')
      if (positionOf(client).height >= height) return
      if (positionOf(client).height === before.height) throw refused('E_FINALITY_LINK', 'the node leads no further')
      // Each part is kept, so that what was followed is not fetched again.
      await writeHeadFile(path, client)
      context.output.note(`followed to block ${positionOf(client).height} of ${height}`)
    }
  })
  await writeHeadFile(path, client)
  const head = sayHead(client, Date.now())
  const periods = client.table.period - from.period
  context.output.result('surety.proof.follow/1', { file: path, bytes, periods, head: head.document }, () => [
    `${path}: ${head.words}; ${bytes} bytes, ${periods} new periods`,
    head.behind,
    ...(head.warning === undefined ? [] : [context.output.paint.yellow(head.warning)])
  ])
  return EXIT.ok
}
