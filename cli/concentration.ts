// What every command that shows coin says when the chain's weight is in too few hands [POS-10].
import { type FinalityPrice, readConcentration } from '#base-layer/index.ts'
import type { Session } from './session.ts'

/** For the document; null if the node does not know. */
export async function showConcentration({ chain, context }: Session): Promise<FinalityPrice | null> {
  const found = (await readConcentration(chain)) ?? null
  if (found?.isNarrow !== true) return found
  const { output } = context
  const { peers, peersOfHalf } = found
  output.note(
    output.paint.yellow(
      `Few hands: ${peers} ${peers === 1 ? 'peer carries' : 'peers carry'} weight, ${peersOfHalf} ${peersOfHalf === 1 ? 'holds' : 'hold'} half; ` +
        'below 13 and 7 what is final rests on few'
    )
  )
  return found
}
