// surety demo: plays the scenario, prints each step as it is seen, judges the whole.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEADLINE_MS } from '../../demo/limits.ts'
import { playScenario, STEPS } from '../../demo/scenario.ts'
import { type SeenStep, Stage } from '../../demo/stage.ts'
import { DEV_NODES } from '../../devnet/plan.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import type { Output } from '../../output.ts'
import { logLevelOf } from './log-level.ts'
import { createWaitingLine } from './waiting-line.ts'

export const runDemo: Handler = async (context, _args, options) => {
  const { output, signal } = context
  const logLevel = logLevelOf(options)
  const folder = await mkdtemp(join(tmpdir(), 'surety-demo-'))
  const waiting = createWaitingLine(output)
  const stage = new Stage({
    names: STEPS.map(([name]) => name),
    deadlineMs: DEADLINE_MS,
    signal,
    onSeen: step => {
      waiting.clear()
      announce(output, step)
    }
  })
  output.note(`Starting a network of ${DEV_NODES.length} processes in ${folder}`)
  output.note('Steps overlap: each is numbered by its place in the story and shown when it was seen')
  waiting.start(stage)
  await playScenario(stage, { folder, logLevel })
    .catch((error: unknown) => {
      // A failure outside any step is one of this program.
      if (stage.failure === undefined) throw error
    })
    .finally(() => waiting.stop())
  return await conclude(context, stage, folder, options['keep'] === true)
}

async function conclude({ output, signal }: Context, stage: Stage, folder: string, keep: boolean) {
  const { elapsedMs, results: steps, failure } = stage
  const ok = failure === undefined && steps.every(step => step.ok)
  output.result('surety.demo/1', { ok, elapsedMs, steps }, () => [
    '',
    ok
      ? output.paint.green(`Every step was seen, in ${seconds(elapsedMs)}.`)
      : output.paint.red(
          `Not every step was seen: ${steps
            .filter(step => !step.ok)
            .map(step => step.name)
            .join(', ')}.`
        )
  ])
  for (const { name, ok: seen, detail } of steps) {
    if (!seen && !signal.aborted)
      process.stderr.write(`${name === failure?.name ? 'first to fail: ' : ''}${name}: ${String(detail['error'])}\n`)
  }
  // Who stopped it does not look for a reason in the logs.
  if ((ok || signal.aborted) && !keep) await rm(folder, { recursive: true, force: true })
  else output.note(`Logs and databases of the nodes are kept in ${folder}`)
  if (signal.aborted) return EXIT.interrupted
  return ok ? EXIT.ok : EXIT.problemFound
}

/** To stdout for people; with --json stdout is the document's, so to stderr. */
function announce(output: Output, step: SeenStep): void {
  const place = STEPS.findIndex(([name]) => name === step.name) + 1
  const { paint, settings } = output
  const line =
    `${seconds(step.ms).padStart(7)}  ${String(place).padStart(2)} ${paint.bold(step.name)}  ` +
    `height ${step.height}: ${step.summary}`
  if (settings.json) output.note(line)
  else process.stdout.write(`${line}\n`)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
