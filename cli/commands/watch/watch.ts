// surety watch: every posted checkpoint with what the node's own replay says of it. Exit code 8 if one is false.
import { setTimeout as delay } from 'node:timers/promises'
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { EXIT } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { NODE_STATUS } from '../../node/node-methods.ts'
import { findAsset, type Session, withChain } from '../../session.ts'

const POLL_MS = 1_000

interface Line {
  readonly asset: string
  readonly symbol: string
  readonly sequence: number
  readonly checkpoint: string
  readonly status: string
  /** Compared with the node's own replay. */
  readonly replayed: boolean
  readonly convicted: boolean
}

export const watch: Handler = async (context, wanted, options) =>
  await withChain(context, async session => {
    const said = new Map<string, string>()
    let bad = false
    let first = true
    for (;;) {
      const lines = await look(session, wanted)
      if (first && lines.length === 0) context.output.note('no checkpoint is posted yet')
      first = false
      for (const line of lines) {
        const name = `${line.asset}#${line.sequence}#${line.checkpoint}`
        const state = `${line.status} ${line.replayed} ${line.convicted}`
        if (said.get(name) === state) continue
        said.set(name, state)
        bad ||= line.convicted || line.status === 'void'
        context.output.stream(
          'surety.watch/1',
          { ...line },
          () =>
            `${line.symbol}#${line.sequence} ${line.checkpoint.slice(0, 12)} ` +
            `${line.status}, ${line.convicted ? 'proven false' : line.replayed ? 'replayed: true' : 'not replayed here'}`
        )
      }
      if (options['once'] === true) return bad ? EXIT.problemFound : EXIT.ok
      await delay(POLL_MS, undefined, { signal: context.signal })
    }
  })

async function look(session: Session, wanted: readonly string[]): Promise<readonly Line[]> {
  const { chain, context } = session
  const status = NODE_STATUS.parse(await rpcCall(context.settings.rpc.value, 'node.status'))
  const chosen =
    wanted.length === 0
      ? undefined
      : new Set(await Promise.all(wanted.map(async text => (await findAsset(session, text)).id as string)))
  const symbols = new Map(
    (await chain.list('assets')).map(({ key, value }) => [key as string, value.registration.symbol])
  )
  const claims = await chain.list('claims')
  const convicted = new Set(
    claims.flatMap(({ value }) =>
      value.kind === 'conviction' && value.target.kind === 'checkpoint' ? [value.target.checkpoint as string] : []
    )
  )
  return (await chain.list('checkpoints'))
    .flatMap(({ key: { asset, sequence }, value }) => {
      if (sequence === 0 || (chosen !== undefined && !chosen.has(asset))) return []
      const checked = status.watching.find(one => one.asset === asset)?.checkedSequence ?? 0
      return [
        {
          asset,
          symbol: symbols.get(asset) ?? asset.slice(0, 12),
          sequence,
          checkpoint: value.id as string,
          status: value.status,
          replayed: checked >= sequence,
          convicted: convicted.has(value.id)
        }
      ]
    })
    .sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.sequence - b.sequence))
}
