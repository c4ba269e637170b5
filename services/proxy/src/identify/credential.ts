import { hash } from 'node:crypto'
import { isToken, SESSION_PREFIX, TOKEN_PREFIXES } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'

/** What names the app: found in the request by its prefix, of the right shape, not yet verified. */
export interface AppCredential {
  readonly kind: 'app-token' | 'session'
  readonly token: string
  /** SHA-256 of the token, base64url. Caches use it as their key, so that no cache holds tokens. */
  readonly hash: string
}

/** RFC 7515 § 7.1: compact serialisation. */
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/**
 * Narrows a word that begins like a ProtectMyAPI token.
 *
 * @throws Fault INVALID_TOKEN: mistyped, cut, or a token that is not meant for the proxy.
 */
export function parseCredential(token: string): AppCredential {
  if (isToken('app', token)) return { kind: 'app-token', token, hash: hashOf(token) }
  if (token.startsWith(SESSION_PREFIX) && COMPACT_JWS.test(token.slice(SESSION_PREFIX.length))) {
    return { kind: 'session', token, hash: hashOf(token) }
  }
  if (token.startsWith(TOKEN_PREFIXES.debug)) {
    throw new Fault('INVALID_TOKEN', 'a debug token where a credential belongs', {
      say: 'A debug token is not a credential. Exchange it for a session at POST /v1/attest/debug and send that.',
    })
  }
  throw new Fault('INVALID_TOKEN', 'a token of ours that is cut, mistyped or of another kind')
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
