// asset.register: an issuer fixes an asset's template, committee and terms [AST-1]. The transaction id is the asset id.
// Authority: the issuer, who owns the inputs. Locks the registration lock and the fee reserve.
import { amount, bytes, type Decoded, hex32, oneOf, record, text, uint } from '../../codec/codec.ts'
import type { PublicKey } from '../../primitives/ids.ts'

export const TEMPLATE_PARAMETER_BYTES = 4096
/** Most seats of a committee; larger ones would not fit their certificate in a checkpoint. */
export const SEATS_MAX = 64

export const assetRegisterCodec = record({
  /** Ticker for people, 1 to 12 of A-Z and 0-9; not unique. */
  symbol: text(12),
  issuer: hex32<PublicKey>(),
  template: text(16),
  templateVersion: uint(255),
  /** The template's own parameters, in the template's codec. */
  parameters: bytes(TEMPLATE_PARAMETER_BYTES),
  mode: oneOf(['opt-in', 'appointed', 'drawn']),
  /** n = 3f + 1 [COM-4]. */
  seats: uint(SEATS_MAX),
  collateralPerSeat: amount(),
  termTicks: uint(),
  interval: uint(),
  windowTicks: uint(),
  /** Value at risk that the issuer states, in atoms [AST-3]. */
  statedValue: amount(),
  /** Repays the base fees of posted checkpoints [CKP-5]. */
  reserveAtoms: amount()
})
export type AssetRegister = Decoded<typeof assetRegisterCodec>
