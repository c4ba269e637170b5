import { ENCODING_FIELDS } from '@protectmyapi/service-kit/http/header-name'
import { nameMemo } from '../fields/name-memo.js'

/**
 * Fields that never go on to a provider. This list, the names that a Connection field adds, what `identify` takes out
 * and what the injection replaces are all that is changed in a request's header.
 */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  // RFC 9110 § 7.6.1: they speak of the connection to us.
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  // The authority is written anew for the connection that carries them; Expect was answered here.
  'host',
  'expect',
  // Who and where the person is: not the provider's business.
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'client-ip',
  // They name another method or path than the one that was allowed.
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-http-verb',
  'x-original-url',
  'x-rewrite-url',
  'x-original-uri',
])

/** Framing is written anew, too. Whatever else stands between its words: there are servers that take it for framing. */
const FRAMING_LETTERS = /^-*(?:transfer-+encoding|content-+length)-*$/

/** `x-forwarded-for`, `-host`, `-proto`, … */
const FORWARDED_PREFIX = 'x-forwarded-'

/** Where SDKs put keys: beside an injected key, a foreign one in any of these would make a second credential. */
export const KEY_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'xi-api-key',
])

/** What a field's name says of its right to go on. */
interface FieldName {
  readonly canonical: string
  readonly isNeverForwarded: boolean
  readonly isKeyField: boolean
  readonly isEncodingField: boolean
}

const fieldNameOf = nameMemo((name: string): FieldName => {
  const canonical = canonicalName(name)
  const isNeverForwarded =
    NEVER_FORWARDED.has(canonical) || canonical.startsWith(FORWARDED_PREFIX) || FRAMING_LETTERS.test(canonical)
  return {
    canonical,
    isNeverForwarded,
    isKeyField: KEY_FIELDS.has(canonical),
    isEncodingField: ENCODING_FIELDS.has(canonical),
  }
})

const ESCAPED = /%([0-9a-f]{2})/gi

/**
 * CGI (RFC 3875 § 4.1.18) reads `x_api_key` and `X-Api-Key` as one variable, and there are servers that make one of
 * `x.api.key` too. So whatever is no letter or digit is one character here; and an escape, which a name may hold
 * (RFC 9110 § 5.6.2), is what it would be where somebody took it for one.
 */
export function canonicalName(name: string): string {
  const plain = name.replace(ESCAPED, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return plain.toLowerCase().replace(/[^a-z0-9]/g, '-')
}

export interface StripRules {
  /** Canonical names that the injection sets. */
  readonly replaced: ReadonlySet<string>
  /** A secret is injected. */
  readonly injects: boolean
  /** An answer in another encoding cannot be searched: the fields that ask for one do not go on. */
  readonly scrub: boolean
}

/** Name, value, … that may go on, in their order and spelling. */
export function stripHeaders(headers: readonly string[], rules: StripRules): string[] {
  const kept: string[] = []
  let hasConnection = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const { canonical, isNeverForwarded, isKeyField, isEncodingField } = fieldNameOf(name)
    hasConnection ||= canonical === 'connection'
    const goes =
      isNeverForwarded ||
      rules.replaced.has(canonical) ||
      (rules.injects && isKeyField) ||
      (rules.scrub && isEncodingField)
    if (!goes) kept.push(name, headers[at + 1] ?? '')
  }
  return hasConnection ? withoutNamed(kept, headers) : kept
}

/** The fields without those that a Connection field among `all` names. */
export function withoutNamed(fields: string[], all: readonly string[]): string[] {
  const named = namedByConnection(all)
  // What nearly every one names, and what goes in any case.
  if (named.size === 1 && named.has('keep-alive')) return fields
  return fields.filter((_, at) => !named.has(fieldNameOf(fields[at - (at % 2)] ?? '').canonical))
}

/** The names that Connection fields list: theirs go with this hop (RFC 9110 § 7.6.1). */
function namedByConnection(headers: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>()
  for (let at = 0; at < headers.length; at += 2) {
    if (fieldNameOf(headers[at] ?? '').canonical !== 'connection') continue
    for (const option of (headers[at + 1] ?? '').split(',')) named.add(canonicalName(option.trim()))
  }
  return named
}
