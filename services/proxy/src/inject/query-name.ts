import { decodePercent } from '../identify/raw-query.js'

const LIMITS = {
  /** Layers of encoding that are undone. */
  decodingsMax: 3,
} as const

/**
 * The name by which a server may know a query parameter, given the name decoded once. PHP drops leading blanks, cuts at
 * `[`, and reads blank and dot as `_`; other servers ignore case, decode again, or drop a leading `?` (as
 * URLSearchParams does with its input, WHATWG URL § 6.2). Two names with equal results count as one.
 */
export function canonicalQueryName(name: string): string {
  let decoded = name
  for (let round = 0; round < LIMITS.decodingsMax; round += 1) decoded = decodePercent(decoded)
  return decoded
    .replace(/^[\s\0?]+/, '')
    .replace(/[[\0].*/s, '')
    .replace(/[\s.-]/g, '_')
    .toLowerCase()
}
