import { nameMemo } from '../fields/name-memo.js'
import { canonicalName, namedByConnection } from '../inject/strip-headers.js'

/** Fields of an answer that do not pass, with those that its Connection names and those with the prefixes below. */
const NEVER_PASSED: ReadonlySet<string> = new Set([
  // RFC 9110 § 7.6.1.
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

/** What the name of a field says of it. */
type Kind = 'passes' | 'never' | 'connection' | 'coding'

const kindOf = nameMemo((name: string): Kind => {
  const lower = name.toLowerCase()
  if (lower === 'connection') return 'connection'
  if (lower === 'content-encoding') return 'coding'
  return NEVER_PASSED.has(lower) || NEVER_PASSED_PREFIXES.some((prefix) => lower.startsWith(prefix))
    ? 'never'
    : 'passes'
})

/** An answer's fields, as far as they matter. */
export interface AnswerFields {
  /** Name, value, … that go on to the client, in their order and spelling, duplicates and all. */
  readonly passed: readonly string[]
  /** The content codings of the body, as one text; empty for none. */
  readonly coding: string
}

/** @param raw what undici hands over, name and value in turn, read as latin1. */
export function answerFields(raw: unknown): AnswerFields {
  if (!Array.isArray(raw)) return { passed: [], coding: '' }
  const passed: string[] = []
  const codings: string[] = []
  let connection: string[] | null = null
  for (let at = 0; at < raw.length; at += 2) {
    const name = textOf(raw[at])
    const kind = kindOf(name)
    if (kind === 'never') continue
    const value = textOf(raw[at + 1])
    if (kind === 'connection') {
      connection = [...(connection ?? []), name, value]
      continue
    }
    if (kind === 'coding') codings.push(value.trim().toLowerCase())
    passed.push(name, value)
  }
  return {
    passed: connection === null ? passed : withoutNamed(passed, connection),
    coding: codings.filter((coding) => coding !== '' && coding !== 'identity').join(', '),
  }
}

/** Nearly every Connection field names `keep-alive` alone, which passes nowhere. */
function withoutNamed(fields: string[], connection: readonly string[]): string[] {
  const named = namedByConnection(connection)
  if (named.size === 1 && named.has('keep-alive')) return fields
  return fields.filter((_, at) => !named.has(canonicalName(fields[at - (at % 2)] ?? '')))
}

/** Of trailers, only what says nothing of framing (RFC 9110 § 6.5.1). */
export function trailerFields(raw: unknown): readonly string[] {
  const { passed } = answerFields(raw)
  return passed.filter((_, at) => !/^content-|^location$/i.test(passed[at - (at % 2)] ?? ''))
}

/** Where a name comes twice its values come as a list. */
function textOf(item: unknown): string {
  if (Buffer.isBuffer(item)) return item.toString('latin1')
  return Array.isArray(item) ? item.map(textOf).join(', ') : String(item)
}
