// What every command that shows coin says when the chain's weight is in too few hands [POS-10].
import { type Concentration, readConcentration } from '#base-layer/index.ts'
import type { Context } from './context.ts'
import type { Session } from './session.ts'

/** For the document; null if the node does not know. */
export async function showConcentration({ chain, context }: Session): Promise<Concentration | null> {
  const found = (await readConcentration(chain)) ?? null
  if (found?.isThin === true) warn(context, found)
  return found
}

function warn({ output }: Context, { peers, half }: Concentration): void {
  output.note(
    output.paint.yellow(
      `Few hands: ${peers} ${peers === 1 ? 'peer carries' : 'peers carry'} weight, ${half} hold half; ` +
        'below 13 and 7 what is final rests on few'
    )
  )
}
