// surety node status: what the node answers about itself, in words.
import { rpcCall } from '#base-layer/runtime/json-rpc-client.ts'
import { NODE_STATUS } from '../../node/node-methods.ts'
import { table } from '../../output.ts'
import type { Handler } from '../../handler.ts'

export const showNodeStatus: Handler = async ({ output, settings }) => {
  const status = NODE_STATUS.parse(await rpcCall(settings.rpc.value, 'node.status'))
  const { base, replicas, watching, claims } = status
  output.result('surety.node.status/1', { rpc: settings.rpc.value, ...status }, () => [
    `${status.name} at ${settings.rpc.value}`,
    `height ${base.height}, final ${base.final}, ${base.syncing ? 'synchronising' : 'synchronised'}, ` +
      `${base.peers} peers, ${base.signs ? 'signs' : 'does not sign'}`,
    ...(base.syncing ? [`${base.slotNow - base.slot} slots behind`] : []),
    status.reach.advice,
    ...(base.conflicted
      ? [output.paint.red('a certificate contradicts what is final here: finality has stopped')]
      : []),
    ...(replicas.length === 0
      ? []
      : [
          '',
          ...table(
            ['asset', 'epoch', 'seat', 'state', 'round', 'commit', 'sequence', 'steps'],
            replicas.map(one => [
              one.asset.slice(0, 12),
              String(one.epoch),
              one.seat === null ? 'observer' : String(one.seat),
              one.state,
              String(one.round),
              String(one.commitIndex),
              String(one.sequence),
              String(one.steps)
            ])
          )
        ]),
    ...watching.map(one => `watches ${one.asset.slice(0, 12)}: checked up to sequence ${one.checkedSequence}`),
    ...claims.map(one => `claim ${one.kind} against ${one.asset.slice(0, 12)}: ${one.state}`)
  ])
}
