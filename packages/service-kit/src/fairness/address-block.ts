import { isIPv6 } from 'node:net'

/**
 * The block that an address counts under. IPv6 gives a /64 to each customer (RFC 6177), so a single one of its 2^64
 * addresses does not identify anybody.
 */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return bare
  const [head = '', tail] = bare.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  // Groups that `::` leaves out are zero. Only the first four groups matter.
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

const zeros = (count: number): string[] => new Array<string>(Math.max(0, count)).fill('0')
