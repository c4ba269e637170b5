import { decodePercent } from '../identify/raw-query.js'

const LIMITS = {
  /** Encodings on top of each other that are looked through. */
  decodingsMax: 3,
} as const

/**
 * The name by which some server may know a query parameter, of one that was decoded once: PHP drops blanks in front, cuts
 * at `[`, and reads blank and dot as `_`; others mind no case, or decode again, or drop a `?` in front (URLSearchParams
 * does of what it is handed, WHATWG URL § 6.2). Two that are equal here are one name.
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
