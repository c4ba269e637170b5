import { canonicalQueryName } from './query-name.js'
import { KEY_FIELDS } from './strip-headers.js'

/**
 * Names under which providers take a key, or a token in its place, in a query, canonical: beside an injected key, a foreign
 * one there would make a second credential, and which of the two counts is the provider's choice. Names that as often say
 * something else (`token` of a page, `auth`, `sig`) are not among them; `key` is, since Google's SDKs put theirs there.
 */
export const KEY_QUERIES: ReadonlySet<string> = new Set([
  ...[...KEY_FIELDS].map(canonicalQueryName),
  // Google, with `access_token` and `oauth_token`.
  'key',
  'apikey',
  // RFC 6750 § 2.3.
  'access_token',
  'oauth_token',
  // DeepL.
  'auth_key',
  // Azure.
  'subscription_key',
])

/** A parameter whose name holds a word that each of them holds, or an escape, behind which one could be. */
const MAY_NAME_KEY = /(?:^|[&;])[^&;=]*(?:key|token|auth|%)/i

/** The quick look at a query as it was sent: false where no parameter of it bears one of the names, in any spelling. */
export function mayNameKey(query: string): boolean {
  return MAY_NAME_KEY.test(query)
}
