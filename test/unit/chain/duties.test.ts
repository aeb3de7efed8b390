import { describe, expect, test } from 'vitest'
import { Duties } from '#base-layer/chain/duties.ts'
import { Secret } from '#base-layer/runtime/secret.ts'
import { signMessage } from '#contracts/crypto/signature.ts'
import type { Evidence } from '#contracts/statements/evidence.ts'
import { voteSigningBytes } from '#contracts/statements/vote.ts'
import { ChainBuilder } from '#test/support/chain-builder.ts'

const builder = new ChainBuilder()
const [alice] = builder.peers
if (alice === undefined) throw new Error('a peer')
const keys = { key: alice.key, signing: new Secret(alice.secret), vrf: new Secret(alice.vrfSecret) }

function offence(epoch: number): Evidence {
  const root = { epoch: 0, height: 0, id: builder.genesisState.id }
  const vote = { period: 0, recovery: null, root, source: root, target: { ...root, epoch } }
  const signed = {
    vote,
    peer: keys.key,
    signature: signMessage(keys.signing.reveal(), voteSigningBytes(builder.genesis, vote))
  }
  return { kind: 'votes', first: signed, second: signed }
}

async function heads(duties: Duties, count: number): Promise<void> {
  for (let head = 0; head < count; head++) {
    duties.onHead(builder.genesisState)
    await new Promise(resolve => setImmediate(resolve))
  }
}

describe('evidence that this node posts [FIN-4]', () => {
  test('is tried again until there is coin for it, and posted once', async () => {
    const answers = [false, false, true, true]
    const posted: Uint8Array[] = []
    const duties = new Duties(keys, {
      submit: () => {},
      postEvidence: async evidence => {
        posted.push(evidence)
        return answers.shift() ?? true
      }
    })
    duties.onEvidence(offence(1))
    duties.onEvidence(offence(2))
    await heads(duties, 6)
    expect(posted).toHaveLength(4)
    expect(posted[0]).toEqual(posted[2])
    expect(posted[3]).not.toEqual(posted[2])
  })

  test('that cannot be sent ends neither the node nor the next evidence', async () => {
    let calls = 0
    const duties = new Duties(keys, {
      submit: () => {},
      postEvidence: async () => {
        calls += 1
        throw new Error('the store is closed')
      }
    })
    duties.onEvidence(offence(1))
    duties.onEvidence(offence(2))
    await heads(duties, 4)
    expect(calls).toBe(2)
  })
})
