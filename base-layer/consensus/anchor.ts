// Where finality stands, as a node derives it rather than takes it from others: at genesis, and at a block that two
// certificates make final [FIN-1, FIN-2, FIN-5].
import type { PeriodLengths } from '#contracts/statements/certificate.ts'
import { lastHeightOf } from '#contracts/statements/period-table.ts'
import type { Vote } from '#contracts/statements/vote.ts'
import type { FinalityAnchor } from './events.ts'
import type { ChainView } from './transition.ts'

/** In a chain that has only its genesis [GEN-1]. */
export function genesisAnchor(genesis: Pick<ChainView, 'id'>): FinalityAnchor {
  const root = { epoch: 0, height: 0, id: genesis.id }
  return { period: 0, recovery: null, root, final: root }
}

/** At the target of a vote that is final by a checked certificate: with the last block of a period the next begins. */
export function anchorAt({ period, recovery, root, target }: Vote, p: PeriodLengths): FinalityAnchor {
  return target.height === lastHeightOf(period, p)
    ? { period: period + 1, recovery: null, root: { ...target, epoch: 0 }, final: target }
    : { period, recovery, root, final: target }
}
