// Which addresses probably belong to one operator: a /24 of IPv4, a /48 of IPv6, a host name [NET-1]. The connector
// spreads its links over groups and the gate counts strangers by them, since addresses of one group are cheap.

/** Addresses of this machine: a network on one machine is one group, which only an explicit setting exempts. */
export const LOOPBACK_GROUP = 'loopback'
/** What is neither an IP address nor a name: all of it shares one group, so nothing is won by being odd. */
const OTHER_GROUP = 'other'

/** The group of a multiaddr's text, e.g. `ip4/203.0.113` for `/ip4/203.0.113.9/tcp/4001`. Never throws. */
export function groupOfAddress(address: string): string {
  const [, protocol, value = ''] = address.split('/', 3)
  switch (protocol) {
    case 'ip4':
      return groupOfIp4(value)
    case 'ip6':
      return groupOfIp6(value)
    case 'dns':
    case 'dns4':
    case 'dns6':
    case 'dnsaddr':
      return value === 'localhost' ? LOOPBACK_GROUP : `name/${value.toLowerCase().slice(0, 253)}`
    default:
      return OTHER_GROUP
  }
}

function groupOfIp4(text: string): string {
  const bytes = text.split('.')
  if (bytes.length !== 4) return OTHER_GROUP
  return bytes[0] === '127' ? LOOPBACK_GROUP : `ip4/${bytes.slice(0, 3).join('.')}`
}

function groupOfIp6(text: string): string {
  const mapped = /^(?:0*:)*:?(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)
  if (mapped?.[1] !== undefined) return groupOfIp4(mapped[1])
  const words = expand(text)
  if (words === undefined) return OTHER_GROUP
  if (words.slice(0, 7).every(word => word === 0) && words[7] === 1) return LOOPBACK_GROUP
  return `ip6/${words
    .slice(0, 3)
    .map(word => word.toString(16))
    .join(':')}`
}

/** The eight words of an IPv6 address. */
function expand(text: string): readonly number[] | undefined {
  const halves = (text.split('%')[0] ?? '').split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const gap = 8 - head.length - tail.length
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined
  const words = [...head, ...Array.from({ length: gap }, () => '0'), ...tail].map(word =>
    /^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN
  )
  return words.every(Number.isInteger) ? words : undefined
}
