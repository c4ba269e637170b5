import { canonicalName, namedByConnection } from '../inject/strip-headers.js'
import { isReturnAddress } from './return-addresses.js'

/** Fields of an answer that do not pass, with those that its Connection names and those with the prefixes below. */
const NEVER_PASSED: ReadonlySet<string> = new Set([
  // RFC 9110 § 7.6.1.
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // State that the provider keeps for whoever holds the key: not for a phone.
  'set-cookie',
  'set-cookie2',
  // It would send the next request past us.
  'alt-svc',
])

/** CORS is between us and a browser; fields of ours are set here alone. */
const NEVER_PASSED_PREFIXES = ['access-control-', 'pma-']

/** What undici hands over, name and value in turn, as latin1. */
export function rawPairs(raw: unknown): string[] {
  if (!Array.isArray(raw)) return []
  return raw.flatMap((item: unknown) => {
    if (Array.isArray(item)) return [item.map(textOf).join(', ')]
    return [textOf(item)]
  })
}

/** Name, value, … that go on to the client, in their order and spelling, duplicates and all. */
export function answerFields(pairs: readonly string[]): string[] {
  const named = namedByConnection(pairs)
  const kept: string[] = []
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at] ?? ''
    const lower = name.toLowerCase()
    const goes =
      NEVER_PASSED.has(lower) ||
      named.has(canonicalName(name)) ||
      NEVER_PASSED_PREFIXES.some((prefix) => lower.startsWith(prefix))
    if (!goes) kept.push(name, pairs[at + 1] ?? '')
  }
  return kept
}

/** Of trailers, only what says nothing of framing (RFC 9110 § 6.5.1) and leads nowhere. */
export function trailerFields(pairs: readonly string[]): string[] {
  const fields = answerFields(pairs)
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    if (!/^content-/i.test(name) && !isReturnAddress(name)) kept.push(name, fields[at + 1] ?? '')
  }
  return kept
}

/** The content codings of a body, as one text; empty for none. */
export function contentCoding(pairs: readonly string[]): string {
  const codings: string[] = []
  for (let at = 0; at < pairs.length; at += 2) {
    if (pairs[at]?.toLowerCase() === 'content-encoding') codings.push((pairs[at + 1] ?? '').trim().toLowerCase())
  }
  return codings.filter((coding) => coding !== '' && coding !== 'identity').join(', ')
}

function textOf(item: unknown): string {
  return Buffer.isBuffer(item) ? item.toString('latin1') : String(item)
}
