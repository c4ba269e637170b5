import { nameMemo } from '../fields/name-memo.js'
import { withoutNamed } from '../inject/strip-headers.js'
import { unsearchableCharset } from '../scrub/unsearchable-charset.js'
import { isReturnAddress } from './return-addresses.js'

const LIMITS = {
  /** For the text that fields are cut out of: it stays in memory as long as they do. */
  headBytesMax: 16 * 1024,
} as const

/** Answer fields that do not pass, besides those that its Connection names and those with the prefixes below. */
const NEVER_PASSED: ReadonlySet<string> = new Set([
  // RFC 9110 § 7.6.1.
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'upgrade',
  // State that the provider keeps for the holder of the key, which a phone must not get.
  'set-cookie',
  'set-cookie2',
  // It would send the next request past the proxy.
  'alt-svc',
  // A browser, or an app's web view, applies these to the proxy's whole origin, and so to all services behind it.
  // Network Error Logging would let one provider have requests to the others reported to it, with the fields that it
  // names: credentials.
  'nel',
  'report-to',
  'reporting-endpoints',
  'strict-transport-security',
  'clear-site-data',
])

/** CORS is between the proxy and a browser, and only the proxy sets `Pma-` fields. */
const NEVER_PASSED_PREFIXES = ['access-control-', 'pma-']

/** What a field's name says about it. */
type Kind = 'passes' | 'never' | 'connection' | 'type' | 'coding' | 'transfer-coding' | 'length'

const kindOf = nameMemo((name: string): Kind => {
  const lower = name.toLowerCase()
  if (lower === 'connection') return 'connection'
  if (lower === 'content-type') return 'type'
  if (lower === 'content-encoding') return 'coding'
  if (lower === 'transfer-encoding') return 'transfer-coding'
  if (lower === 'content-length') return 'length'
  return NEVER_PASSED.has(lower) || NEVER_PASSED_PREFIXES.some((prefix) => lower.startsWith(prefix))
    ? 'never'
    : 'passes'
})

/** An answer's fields, as far as the proxy needs them. */
export interface AnswerFields {
  /** Name, value, … that go on to the client, in their order and spelling, duplicates included. */
  readonly passed: readonly string[]
  /** The content codings of the body, as one text; empty for none. */
  readonly coding: string
  /** A character set in which no value would be found; empty for none. */
  readonly charset: string
  /** The transfer codings of the body, as one text in lower case; null where there is no such field. */
  readonly transferCoding: string | null
  /** The body has a length, or comes in chunks; otherwise it ends with its connection (RFC 9112 § 6.3). */
  readonly isFramed: boolean
}

/** @param raw what undici delivers, name and value in turn, read as latin1. */
export function answerFields(raw: unknown): AnswerFields {
  if (!Array.isArray(raw)) return { passed: [], coding: '', charset: '', transferCoding: null, isFramed: false }
  const read = readerOf(raw)
  const passed: string[] = []
  const codings: string[] = []
  const transferCodings: string[] = []
  let charset = ''
  let hasLength = false
  let connection: string[] | null = null
  for (let at = 0; at < raw.length; at += 2) {
    const name = read(raw[at])
    const kind = kindOf(name)
    if (kind === 'never') continue
    const value = read(raw[at + 1])
    switch (kind) {
      case 'connection':
        // Nearly every one names `keep-alive` alone, which never passes.
        if (value.toLowerCase() !== 'keep-alive') connection = [...(connection ?? []), name, value]
        continue
      case 'transfer-coding':
        // The parser has removed the chunking, and the field never passes (RFC 9112 § 7.1).
        transferCodings.push(value.toLowerCase())
        continue
      case 'length':
        hasLength = true
        break
      case 'type':
        charset ||= unsearchableCharset(value)
        break
      case 'coding':
        codings.push(value.trim().toLowerCase())
    }
    passed.push(name, value)
  }
  const transferCoding = transferCodings.length === 0 ? null : transferCodings.join(', ')
  return {
    passed: connection === null ? passed : withoutNamed(passed, connection),
    coding: codings.filter((coding) => coding !== '' && coding !== 'identity').join(', '),
    charset,
    transferCoding,
    isFramed: hasLength || transferCoding === 'chunked',
  }
}

/**
 * Whether trailers say how messages are framed, or how long the connection lasts. Such fields have no meaning there
 * (RFC 9110 § 6.5.1), but the client library takes them for the head of the next answer, which it then loses.
 */
export function framesInTrailers(raw: readonly unknown[]): boolean {
  return raw.some((name, at) => at % 2 === 0 && FRAMING.has(textOf(name).toLowerCase()))
}

const FRAMING: ReadonlySet<string> = new Set(['connection', 'transfer-encoding', 'content-length', 'upgrade'])

/** The trailers that may pass: none about framing or content (RFC 9110 § 6.5.1), and no return address. */
export function trailerFields(raw: unknown): readonly string[] {
  const { passed } = answerFields(raw)
  return passed.filter((_, at) => {
    const name = passed[at - (at % 2)] ?? ''
    return !/^content-/i.test(name) && !isReturnAddress(name)
  })
}

/** How to read names and values. Usually they are slices of one packet, which is then read as text once and cut. */
function readerOf(raw: readonly unknown[]): (item: unknown) => string {
  const [first, last] = [raw[0], raw.at(-1)]
  if (!Buffer.isBuffer(first) || !Buffer.isBuffer(last) || first.buffer !== last.buffer) return textOf
  const { buffer, byteOffset: from } = first
  const bytes = last.byteOffset + last.length - from
  if (bytes < 0 || bytes > LIMITS.headBytesMax) return textOf
  const text = Buffer.from(buffer, from, bytes).toString('latin1')
  return (item) => {
    if (!Buffer.isBuffer(item) || item.buffer !== buffer) return textOf(item)
    const at = item.byteOffset - from
    // A slice from before the first one or behind the last one is not part of this text.
    return at < 0 || at + item.length > bytes ? textOf(item) : text.slice(at, at + item.length)
  }
}

/** Where a name occurs twice, its values come as a list. */
function textOf(item: unknown): string {
  if (Buffer.isBuffer(item)) return item.toString('latin1')
  return Array.isArray(item) ? item.map(textOf).join(', ') : String(item)
}
