// Measures what CLM-2 and the execution target promise, on a big asset: node test/unit/claims/measure.ts
// [accounts]. Prints bytes of a typical claim, time to judge it, and time per transfer step without the
// signature.
import { installNodeCrypto } from '#base-layer/runtime/native-crypto.ts'
import { executeCommit } from '#asset-layer/execution/execute-commit.ts'
import { openAssetState } from '#asset-layer/execution/asset-state.ts'
import { templateStateKey } from '#contracts/assets/reserved.ts'
import { tokenAmountCodec, tokenKeys } from '#contracts/assets/token.ts'
import { decodeClaim, encodeClaim } from '#contracts/claims/claim.ts'
import { judgeClaim } from '#contracts/claims/judge.ts'
import { encode } from '#contracts/codec/codec.ts'
import { derivePublicKey, signMessage, verifySignature } from '#contracts/crypto/signature.ts'
import { instructionCodec, instructionSigningBytes } from '#contracts/assets/instruction.ts'
import { putChange } from '#contracts/merkle/sparse-tree.ts'
import { bytesToHex } from '#contracts/primitives/bytes.ts'
import { ASSET, call, contextOf, firstTree, GENESIS, keyOf, nth, expectValue } from '../assets/fixtures.ts'
import { FIRST, settingsWith } from '../execution/fixtures.ts'
import { buildBadStepClaim } from '#contracts/claims/build.ts'
import { factsOf } from './fixtures.ts'

if (process.argv[3] !== 'portable') installNodeCrypto()
const accounts = Number(process.argv[2] ?? 100_000)
const steps = 1000
const secret = new Uint8Array(32).fill(9)
const payer = derivePublicKey(secret)
const units = encode(tokenAmountCodec, 1_000_000n)
const holders = Array.from({ length: accounts }, (_, i) => keyOf(`account ${i}`))
const tree = firstTree().with(
  [payer, ...holders].map(key => putChange(templateStateKey(tokenKeys.balance(key)), units))
)
console.log(`${accounts} accounts, root ${bytesToHex(tree.root).slice(0, 8)}`)

const instructions = Array.from({ length: steps }, (_, sequence) => {
  const to = nth(holders, (sequence * 7919) % accounts)
  const body = {
    asset: ASSET,
    account: payer,
    sequence,
    calls: [call('transfer', { to, amount: 5n })],
    maxFee: 0n,
    notAfter: 999
  }
  return encode(instructionCodec, { ...body, signature: signMessage(secret, instructionSigningBytes(GENESIS, body)) })
})
const start = openAssetState({ id: FIRST, sequence: 0, baseHeight: 2, nextStep: 0, tree }, 56)
const commit = { index: 1, baseHeight: 62, slot: 9, tick: 9, logEntries: [], instructions }
const unsigned = settingsWith({ verify: () => true })
for (let i = 0; i < 10; i++) executeCommit(start, unsigned, commit)
let began = performance.now()
const outcome = executeCommit(start, unsigned, commit)
console.log(`${(((performance.now() - began) * 1000) / steps).toFixed(0)} us per transfer step without its signature`)

const statement = outcome.statement
if (statement === null || outcome.steps.length !== steps) throw new Error('a statement of all steps')
// The state before step 500, which the lie of another root is about.
const half = executeCommit(start, unsigned, { ...commit, instructions: instructions.slice(0, 500) }).state
const leaves = outcome.steps.map(({ leaf }) => leaf)
const input = nth(outcome.steps, 500).input
const claim = expectValue(
  buildBadStepClaim(contextOf(), { statement, leaves }, 500, half.tree.node, input, verifySignature)
)
const bytes = encodeClaim(claim)
console.log(`${bytes.length} bytes of claim, input ${input.length}`)
const facts = factsOf(statement)
const judged = () => judgeClaim(expectValue(decodeClaim(bytes)), facts, verifySignature).kind
for (let i = 0; i < 50; i++) judged()
began = performance.now()
const runs = 300
for (let i = 0; i < runs; i++) judged()
console.log(`${((performance.now() - began) / runs).toFixed(2)} ms to decode and judge: ${judged()}`)
