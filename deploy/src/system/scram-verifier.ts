import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** Postgres's default. */
const ITERATIONS = 4_096
const SALT_BYTES = 16
const KEY_BYTES = 32

/**
 * What Postgres stores for a password (RFC 5803). It accepts this in place of a password, so that a logged statement
 * does not reveal the password.
 *
 * @param password in printable ASCII, which SASLprep leaves unchanged (RFC 4013).
 * @throws Error where it has anything else.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new Error('A password of a role has to be of printable ASCII.')
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256')
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
