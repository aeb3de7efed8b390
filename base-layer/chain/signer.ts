// Signs for the node's key what the guard has written, and nothing
// else: the types take only written intentions [FIN-7].
import { signMessage } from '#contracts/crypto/signature.ts'
import type { GenesisHash, PublicKey } from '#contracts/primitives/ids.ts'
import { acknowledgementSigningBytes } from '#contracts/statements/acknowledgement.ts'
import { headerSigningBytes } from '#contracts/statements/block.ts'
import { voteSigningBytes } from '#contracts/statements/vote.ts'
import type { BaseSigner } from '../consensus/events.ts'
import type { Secret } from '../runtime/secret.ts'

export function createBaseSigner(genesis: GenesisHash, key: PublicKey, secret: Secret<Uint8Array>): BaseSigner {
  return {
    acknowledge({ acknowledgement }) {
      const signature = signMessage(secret.reveal(), acknowledgementSigningBytes(genesis, acknowledgement))
      return { acknowledgement, peer: key, signature }
    },
    vote({ vote }) {
      return { vote, peer: key, signature: signMessage(secret.reveal(), voteSigningBytes(genesis, vote)) }
    },
    propose({ block }) {
      return { ...block, signature: signMessage(secret.reveal(), headerSigningBytes(genesis, block.header)) }
    }
  }
}
