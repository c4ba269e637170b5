import { decodePercent } from '../identify/raw-query.js'

const LIMITS = {
  /** Layers of encoding that are undone. */
  decodingsMax: 3,
} as const

/** U+212A and U+017F in UTF-8, as the latin1 that bytes are decoded to. */
const KELVIN_SIGN = '\u00e2\u0084\u00aa'
const LONG_S = '\u00c5\u00bf'

/**
 * The name by which a server may know a query parameter, given the name decoded once. PHP drops leading blanks, cuts at
 * `[`, and reads blank and dot as `_`; other servers ignore case, decode again, or drop a leading `?` (as
 * URLSearchParams does with its input, WHATWG URL § 6.2). Outside of ASCII, two characters equal an ASCII letter where
 * case is ignored (Unicode CaseFolding.txt): the Kelvin sign is a k, the long s an s. Two names with equal results count
 * as one.
 */
export function canonicalQueryName(name: string): string {
  let decoded = name
  for (let round = 0; round < LIMITS.decodingsMax; round += 1) decoded = decodePercent(decoded)
  return decoded
    .replace(/^[\s\0?]+/, '')
    .replace(/[[\0].*/s, '')
    .replace(/[\s.-]/g, '_')
    .replaceAll(KELVIN_SIGN, 'k')
    .replaceAll(LONG_S, 's')
    .toLowerCase()
}
