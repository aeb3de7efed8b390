// npm run test:kill: kills a node at every kind of write and sees what is left.
//   node test/end-to-end/write-kill/main.ts [--points 500] [--slots 16] [--json] [--break sign-first]
// Exits 0 if nothing was found, 8 if something was, 2 if nothing could be killed here: void is not passed.
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '500' },
    slots: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    break: { type: 'string' }
  }
})
const points = Number(values.points)
const slots = Number(values.slots)
if (!Number.isSafeInteger(points) || points < 1 || !Number.isSafeInteger(slots) || slots < 8) {
  console.error('--points is at least 1 and --slots at least 8')
  process.exit(2)
}
const from = Date.now()
const report = await runCampaign({
  points,
  slots,
  ...(values.break === 'sign-first' ? { breaks: 'sign-first' as const } : {}),
  onPoint: (done, all, problems) => {
    if (done % 20 === 0)
      console.error(`${done} of ${all} points, ${problems} problems, ${Math.round((Date.now() - from) / 1_000)} s`)
  }
})
const document = { schema: 'surety.write-kill/1', ...report, seconds: Math.round((Date.now() - from) / 1_000) }
console.log(values.json ? JSON.stringify(document) : inWords(document))
process.exitCode = !report.ran ? 2 : report.problems.length > 0 ? 8 : 0

function inWords({
  ran,
  why,
  kills,
  hit,
  recoveriesKilled,
  errors,
  errorsHit,
  signatures,
  problems,
  seconds
}: typeof document): string {
  if (!ran) return [`void: ${why ?? ''}`, ...problems].join('\n')
  return [
    `${kills} kills, ${hit} before the end, ${recoveriesKilled} recoveries killed; ${errors} disk errors, ${errorsHit} met`,
    `${signatures} signatures compared in ${seconds} s; ${problems.length} problems`,
    ...problems
  ].join('\n')
}
