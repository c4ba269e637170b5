import { ENCODING_FIELDS, foldHeaderName } from '@protectmyapi/service-kit/http/header-name'
import { nameMemo } from '../fields/name-memo.js'

/**
 * Fields that are never forwarded to a provider. A request's header is changed only by this list, the names that a
 * Connection field adds, what `identify` takes out and what the injection replaces.
 */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  // RFC 9110 § 7.6.1: they concern the client's connection to the proxy.
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  // The authority is written again for the connection to the provider; Expect was answered here.
  'host',
  'expect',
  // Who and where the person is does not concern the provider.
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

/**
 * Framing is written again as well. Any character between the words counts, because some servers take such a name for
 * framing.
 */
const FRAMING_LETTERS = /^-*(?:transfer-+encoding|content-+length)-*$/

/** `x-forwarded-for`, `-host`, `-proto`, … */
const FORWARDED_PREFIX = 'x-forwarded-'

/** Fields in which SDKs put keys. A foreign key in any of these would be a second credential beside an injected one. */
export const KEY_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'xi-api-key',
])

/** What a field's name says about whether the field may be forwarded. */
interface FieldName {
  readonly canonical: string
  readonly isNeverForwarded: boolean
  readonly isKeyField: boolean
  readonly isEncodingField: boolean
}

const fieldNameOf = nameMemo((name: string): FieldName => {
  const canonical = foldHeaderName(name)
  const isNeverForwarded =
    NEVER_FORWARDED.has(canonical) || canonical.startsWith(FORWARDED_PREFIX) || FRAMING_LETTERS.test(canonical)
  return {
    canonical,
    isNeverForwarded,
    isKeyField: KEY_FIELDS.has(canonical),
    isEncodingField: ENCODING_FIELDS.has(canonical),
  }
})

export interface StripRules {
  /** Canonical names that the injection sets. */
  readonly replaced: ReadonlySet<string>
  /** Whether a secret is injected. */
  readonly injects: boolean
  /** An answer in another encoding cannot be searched, so the fields that ask for one are removed. */
  readonly scrub: boolean
}

/** Name, value, … that may be forwarded, in their order and spelling. */
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
  // Nearly every Connection field names `keep-alive` alone, which is removed in any case.
  if (named.size === 1 && named.has('keep-alive')) return fields
  return fields.filter((_, at) => !named.has(fieldNameOf(fields[at - (at % 2)] ?? '').canonical))
}

/** The names that Connection fields list. Fields with these names are for this hop only (RFC 9110 § 7.6.1). */
function namedByConnection(headers: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>()
  for (let at = 0; at < headers.length; at += 2) {
    if (fieldNameOf(headers[at] ?? '').canonical !== 'connection') continue
    for (const option of (headers[at + 1] ?? '').split(',')) named.add(foldHeaderName(option.trim()))
  }
  return named
}
