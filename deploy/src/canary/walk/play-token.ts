import { createCipheriv, randomBytes } from 'node:crypto'

/** RFC 3394 § 2.2.3.1. */
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6)

/** A JWS (ES256) whose signature nobody made. */
const UNSIGNED = [JSON.stringify({ alg: 'ES256' }), '{}', randomBytes(64)]
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/**
 * A classic token of Play Integrity that opens with this key, and is then refused for its signature: management has to
 * use the key. A JWE of A256KW and A256GCM (RFC 7516 § 7.1).
 */
export function forgedPlayToken(decryptionKey: Buffer): string {
  const header = Buffer.from(JSON.stringify({ alg: 'A256KW', enc: 'A256GCM' })).toString('base64url')
  const contentKey = randomBytes(32)
  const iv = randomBytes(12)
  const wrap = createCipheriv('id-aes256-wrap', decryptionKey, KEY_WRAP_IV)
  const encrypt = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header))
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()])
  const sealed = Buffer.concat([encrypt.update(UNSIGNED), encrypt.final()])
  return [header, ...[wrapped, iv, sealed, encrypt.getAuthTag()].map((part) => part.toString('base64url'))].join('.')
}
