import { hash } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isToken, SESSION_PREFIX, TOKEN_PREFIXES } from '@protectmyapi/service-kit/tokens'

/** RFC 7515 § 7.1: compact serialisation. */
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
/**
 * Narrows a word that begins like one of our tokens.
 *
 * @throws Fault INVALID_TOKEN: mistyped, cut, or a token of ours that is not for the proxy.
 */
export function parseCredential(token) {
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
function hashOf(token) {
  return hash('sha256', token, 'base64url')
}
//# sourceMappingURL=credential.js.map
