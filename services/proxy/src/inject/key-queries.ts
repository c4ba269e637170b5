import { canonicalQueryName } from './query-name.js'
import { KEY_FIELDS } from './strip-headers.js'

/**
 * Names, in canonical form, of query parameters in which providers take a key, or a token in its place. A foreign key
 * in one of them would be a second credential beside the injected key, and the provider would choose which of the two
 * counts. Names that as often mean something else (`token` of a page, `auth`, `sig`) are left out; `key` is included
 * because Google's SDKs put theirs there.
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

/** A parameter whose name holds a word that every one of these names holds, or an escape, which could hide one. */
const MAY_NAME_KEY = /(?:^|[&;])[^&;=]*(?:key|token|auth|%)/i

/** A quick check of a query as it was sent: false where no parameter has one of the names, in any spelling. */
export function mayNameKey(query: string): boolean {
  return MAY_NAME_KEY.test(query)
}
