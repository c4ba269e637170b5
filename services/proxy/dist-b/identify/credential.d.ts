/** What names the app: found in the request by its prefix, of the right shape, not verified yet. */
export interface AppCredential {
  readonly kind: 'app-token' | 'session'
  readonly token: string
  /** SHA-256 of the token, base64url: what caches are keyed by, so that no cache holds tokens. */
  readonly hash: string
}
/**
 * Narrows a word that begins like one of our tokens.
 *
 * @throws Fault INVALID_TOKEN: mistyped, cut, or a token of ours that is not for the proxy.
 */
export declare function parseCredential(token: string): AppCredential
