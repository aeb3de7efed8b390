// What a page runs of the light client, bundled unchanged: the same function judges in Node and in a browser,
// so their verdicts can be compared as text [PRF-5]. Everything goes in and comes out as hexadecimal and text.
import { checkConflict } from '#base-layer/light/heads.ts'
import {
  decodeLightClient,
  encodeLightClient,
  type LightClient,
  stepLightClient
} from '#base-layer/light/light-client.ts'
import { checkDocument } from '#base-layer/light/proof-document.ts'
import { bytesToHex, hexToBytes } from '#contracts/primitives/bytes.ts'

export type Question =
  | { readonly kind: 'document'; readonly finality: string; readonly body: string }
  | { readonly kind: 'update' | 'conflict'; readonly bytes: string }

/** The verdict on each question to somebody who trusts this client, as text. */
export function judge(trusted: string, questions: readonly Question[]): readonly string[] {
  const client = decodeLightClient(hexToBytes(trusted))
  if (!client.ok) return questions.map(() => asText(client))
  return questions.map(question => judgeOne(client.value, question))
}

function judgeOne(client: LightClient, question: Question): string {
  switch (question.kind) {
    case 'document':
      return asText(checkDocument(client, hexToBytes(question.finality), hexToBytes(question.body)))
    case 'update': {
      const next = stepLightClient(client, hexToBytes(question.bytes))
      return next.ok ? `${next.value.periods} ${bytesToHex(encodeLightClient(next.value.client))}` : asText(next)
    }
    case 'conflict':
      return asText(checkConflict(client, hexToBytes(question.bytes)))
  }
}

/** Milliseconds for one verdict, over many. */
export function measure(trusted: string, question: Question, times: number, now: () => number): number {
  judge(trusted, [question])
  const from = now()
  for (let i = 0; i < times; i++) judge(trusted, [question])
  return (now() - from) / times
}

function asText(verdict: unknown): string {
  return JSON.stringify(verdict, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof Uint8Array) return bytesToHex(value)
    if (value instanceof Map) return [...value.entries()]
    return value instanceof Set ? [...value] : value
  })
}
