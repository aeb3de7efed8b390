// Whether others can call this node, as far as it can tell from inside, and what to do if not.

export interface Reach {
  /** called: peers have called it. private: nobody outside this network can. unknown: nobody has called yet. */
  readonly kind: 'called' | 'private' | 'unknown'
  readonly inbound: number
  readonly advice: string
}

/** Loopback, link-local and the ranges that routers give out. */
const PRIVATE =
  /^\/(?:ip4\/(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|ip6\/(?:::1\/|f[cd]|fe[89ab]))/i

/** `addresses`: those announced; `outbound`: connected peers that this node called itself. */
export function judgeReach(addresses: readonly string[], peers: number, outbound: number): Reach {
  const inbound = Math.max(0, peers - outbound)
  if (inbound > 0) return { kind: 'called', inbound, advice: `reachable: ${inbound} peers have called it` }
  const ports = [...new Set(addresses.flatMap(address => /\/tcp\/(\d+)/.exec(address)?.[1] ?? []))].join(', ')
  const forward =
    `forward TCP port ${ports || 'of `listen`'} to this machine and set ` +
    '`announce` to the address others see, for example /dns4/node.example.org/tcp/7410'
  if (addresses.every(address => PRIVATE.test(address))) {
    return { kind: 'private', inbound, advice: `only this network can call it: ${forward}` }
  }
  return { kind: 'unknown', inbound, advice: `nobody has called it yet: if it stays so behind a router, ${forward}` }
}
