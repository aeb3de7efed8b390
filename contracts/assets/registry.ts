// Which templates there are, what a registration means, and the state an asset starts from [AST-1, CKP-1,
// EXE-2]. Used by the base chain when it registers or judges, by members when they execute, by wallets to make
// forms.
import { encode } from '../codec/codec.ts'
import type { AssetRegister } from '../ledger/actions/asset-register.ts'
import { SEATS_MAX } from '../ledger/actions/asset-register.ts'
import { checkParameters, type Parameters } from '../ledger/parameters.ts'
import { EMPTY_LOG, logFrontierCodec } from '../merkle/log.ts'
import { putChange, SparseTree } from '../merkle/sparse-tree.ts'
import { bytesToHex } from '../primitives/bytes.ts'
import type { AssetId, GenesisHash, Hash } from '../primitives/ids.ts'
import { accept, reject, type Verdict } from '../primitives/verdict.ts'
import { CURSOR_KEY, cursorCodec, EXITS_KEY, OUTBOX_KEY, templateStateKey } from './reserved.ts'
import type { AssetContext } from './step.ts'
import type { Template, TemplateMachine } from './template.ts'
import { tokenTemplate } from './token.ts'

/** Never removed or renumbered: an asset outlives many releases. */
export const TEMPLATES: readonly Template[] = [tokenTemplate]

export type RegistrationCode =
  | 'E_ASSET_SYMBOL'
  | 'E_ASSET_SEATS'
  | 'E_ASSET_COLLATERAL'
  | 'E_ASSET_TERM'
  | 'E_ASSET_TERMS'
  | 'E_ASSET_TEMPLATE'
  | 'E_TEMPLATE_PARAMETERS'

/** The template of a name and version, if there is one. */
export function findTemplate(name: string, version: number): Template | undefined {
  return TEMPLATES.find(template => template.name === name && template.version === version)
}

/**
 * Everything about a registration that can be said without state; its interval and window must keep section 21.
 */
export function checkRegistration(
  registration: AssetRegister,
  parameters: Parameters
): Verdict<AssetRegister, RegistrationCode> {
  const { symbol, seats, collateralPerSeat, termTicks, interval, windowTicks } = registration
  if (!/^[A-Z0-9]{1,12}$/.test(symbol)) return reject('E_ASSET_SYMBOL', 'a symbol is 1 to 12 of A-Z and 0-9')
  if (seats < 4 || seats > SEATS_MAX || seats % 3 !== 1) {
    return reject('E_ASSET_SEATS', `seats are 4, 7, 10 and so on up to ${SEATS_MAX}`)
  }
  if (collateralPerSeat === 0n) return reject('E_ASSET_COLLATERAL', 'a seat without collateral promises nothing')
  if (termTicks === 0) return reject('E_ASSET_TERM', 'a term of no ticks')
  if (interval === 0) return reject('E_ASSET_TERMS', 'an interval of no heights')
  const terms = checkParameters({ ...parameters, interval, windowTicks })
  if (!terms.ok) return reject('E_ASSET_TERMS', terms.why)
  const bound = bindTemplate(registration)
  return bound.ok ? accept(registration) : bound
}

/** What executing an asset's steps needs to know of it. */
export function deriveAssetContext(
  genesis: GenesisHash,
  asset: AssetId,
  engine: number,
  registration: AssetRegister
): Verdict<AssetContext, RegistrationCode> {
  const bound = bindTemplate(registration)
  if (!bound.ok) return bound
  return accept({ genesis, asset, engine, issuer: registration.issuer, machine: bound.value })
}

/** The state of sequence 0: the reserved keys and what the template begins with. */
export function firstStateOf(registration: AssetRegister): Verdict<SparseTree<Uint8Array>, RegistrationCode> {
  const bound = bindTemplate(registration)
  if (!bound.ok) return bound
  const emptyLog = encode(logFrontierCodec, EMPTY_LOG)
  return accept(
    SparseTree.empty<Uint8Array>().with([
      putChange(CURSOR_KEY, encode(cursorCodec, 0)),
      putChange(EXITS_KEY, emptyLog),
      putChange(OUTBOX_KEY, emptyLog),
      ...bound.value
        .initialEntries(registration.issuer)
        .map(({ key, value }) => putChange(templateStateKey(key), value))
    ])
  )
}

/** postRoot of sequence 0 [CKP-1]. */
export function firstRootOf(registration: AssetRegister): Verdict<Hash, RegistrationCode> {
  const state = firstStateOf(registration)
  return state.ok ? accept(bytesToHex(state.value.root) as Hash) : state
}

function bindTemplate({
  template: name,
  templateVersion,
  parameters
}: AssetRegister): Verdict<TemplateMachine, 'E_ASSET_TEMPLATE' | 'E_TEMPLATE_PARAMETERS'> {
  const template = findTemplate(name, templateVersion)
  return template === undefined
    ? reject('E_ASSET_TEMPLATE', `no template ${name} of version ${templateVersion}`)
    : template.bind(parameters)
}
