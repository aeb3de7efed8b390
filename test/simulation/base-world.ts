// What the simulated peers of a base chain share: genesis, keys, signatures that are keyed hashes, and one memory of
// what every block does to every state, since the transition is pure and its answer the same for all.
import { hash } from 'node:crypto'
import type { Transition } from '#base-layer/consensus/transition.ts'
import type { ChainState } from '#base-layer/state/chain-state.ts'
import { createGenesis } from '#base-layer/state/genesis-state.ts'
import { createTransition } from '#base-layer/state/transition.ts'
import { encode } from '#contracts/codec/codec.ts'
import { hashBytes, hashHex } from '#contracts/crypto/hash.ts'
import { installNativeCrypto } from '#contracts/crypto/native.ts'
import { derivePublicKey } from '#contracts/crypto/signature.ts'
import { vrfPublicKey } from '#contracts/crypto/vrf.ts'
import type { Genesis } from '#contracts/ledger/genesis.ts'
import { DEV_PARAMETERS, type Parameters } from '#contracts/ledger/parameters.ts'
import { ATOMS_PER_SHARE } from '#contracts/primitives/amounts.ts'
import { concatBytes, equalBytes, uintToBytes } from '#contracts/primitives/bytes.ts'
import type { BlockId, PublicKey } from '#contracts/primitives/ids.ts'
import { assert, present, type Verdict } from '#contracts/primitives/verdict.ts'
import { type Block, blockCodec } from '#contracts/statements/block.ts'

export interface SimPeer {
  readonly secret: Uint8Array
  readonly key: PublicKey
  readonly vrfSecret: Uint8Array
  readonly vrfKey: PublicKey
}

/** A state as the machine sees it: the real one. */
export type SimState = ChainState

/** A peer's key by number; the same in every run, because making keys is slow. */
const peers: SimPeer[] = []
const secrets = new Map<string, Uint8Array>()

export function simPeer(index: number): SimPeer {
  const known = peers[index]
  if (known !== undefined) return known
  const secret = hashBytes('simulated-key', uintToBytes(index, 4))
  const vrfSecret = hashBytes('simulated-vrf-key', uintToBytes(index, 4))
  const peer = { secret, key: derivePublicKey(secret), vrfSecret, vrfKey: vrfPublicKey(vrfSecret) }
  secrets.set(peer.key, secret)
  peers[index] = peer
  return peer
}

/** Replaces signatures by keyed hashes for the whole process. */
export function installFakeSignatures(): void {
  const sign = (secret: Uint8Array, message: Uint8Array): Uint8Array => {
    const half = new Uint8Array(hash('sha256', concatBytes(secret, message), 'buffer'))
    return concatBytes(half, half)
  }
  installNativeCrypto({
    sha256: data => new Uint8Array(hash('sha256', data, 'buffer')),
    sign,
    verifyFast: (key, message, signature) => {
      const secret = secrets.get(key)
      return secret !== undefined && equalBytes(sign(secret, message), signature)
    }
  })
}

export interface BaseWorld {
  readonly document: Genesis
  readonly genesis: SimState
  readonly transition: Transition<SimState>
  /** Every state there is, by block. */
  stateOf(id: BlockId): SimState
  /** Bytes of a block; block 0 has a body of nothing. */
  bytesOf(block: Block): Uint8Array
  readonly genesisBlock: Block
}

export interface WorldSettings {
  readonly seed: number
  readonly parameters: Parameters
  /** Shares that each peer holds with itself. */
  readonly shares: readonly number[]
  /** Told of every state once, with the one before it. */
  readonly onState: (state: SimState, parent: SimState) => void
}

/** Shortest periods that the inequalities allow [PAR-1]: a hand-over every eight seconds. */
export const TINY_PARAMETERS: Parameters = { ...DEV_PARAMETERS, lag: 8, period: 16, reveals: 4 }

/** What every peer has beside its weight: for fees, and to be hosted here and there. */
const PURSE = 100n * ATOMS_PER_SHARE

export function createBaseWorld({ seed, parameters, shares, onState }: WorldSettings): BaseWorld {
  const members = shares.map((_, index) => simPeer(index))
  const document: Genesis = {
    prefix: 'sdev',
    genesisTimeMs: 1_700_000_000_000,
    parameters,
    seed0: hashHex('simulated-seed', uintToBytes(seed, 8)),
    peers: members.map(({ key, vrfKey }) => ({ peer: key, vrfKey, rewards: key, bondAtoms: 100n * ATOMS_PER_SHARE })),
    outputs: members.flatMap(({ key }, index) => [
      { kind: 'key' as const, owner: key, host: key, atoms: BigInt(shares[index] ?? 0) * ATOMS_PER_SHARE },
      { kind: 'key' as const, owner: key, host: null, atoms: PURSE }
    ])
  }
  const created = createGenesis(document)
  assert(created.ok, 'the simulated genesis is valid')
  const states = new Map<BlockId, SimState>()
  const remember = (state: ChainState): SimState => {
    const known = states.get(state.id)
    if (known !== undefined) return known
    states.set(state.id, state)
    onState(state, states.get(state.header.parent) ?? state)
    return state
  }
  const genesis = created.value
  states.set(genesis.id, genesis)
  const bytes = new WeakMap<Block, Uint8Array>()
  return {
    document,
    genesis,
    genesisBlock: { header: genesis.header, signature: new Uint8Array(64), transactions: [], certificates: [] },
    transition: rememberingTransition(remember),
    stateOf: id => present(states.get(id), 'a state that was computed'),
    bytesOf: block => {
      const encoded = bytes.get(block) ?? encode(blockCodec, block)
      bytes.set(block, encoded)
      return encoded
    }
  }
}

function rememberingTransition(remember: (state: ChainState) => SimState): Transition<SimState> {
  const real = createTransition()
  const verdicts = new WeakMap<Block, Verdict<SimState>>()
  return {
    apply: (parent, block) => {
      let verdict = verdicts.get(block)
      if (verdict === undefined) {
        const applied = real.apply(parent, block)
        verdict = applied.ok ? { ok: true, value: remember(applied.value) } : applied
        verdicts.set(block, verdict)
      }
      return verdict
    },
    build: (parent, draft) => {
      const built = real.build(parent, draft)
      return { ...built, state: remember(built.state) }
    }
  }
}
