import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { SECRET_NAME } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'

export const SECRET_LIMITS = {
  /** Larger than any provider's key or service account's file. */
  valueBytesMax: 64 * 1024,
  /** Four for each of the API services that an organization may have. */
  perOrganization: 2_000,
} as const

/** Not what looks like an id: services name secrets by either, so such a name could stand in for a deleted secret. */
export function isSecretName(text: string): boolean {
  return SECRET_NAME.test(text) && !isId('secret', text)
}

/**
 * The value as bytes, which the caller wipes. What would end a header field is refused on entry, not only when used.
 *
 * @throws Fault INVALID_REQUEST, which contains nothing of the value.
 */
export function secretBytes(value: string): SecretBytes {
  const bytes = Buffer.from(value, 'utf8')
  if (bytes.length === 0 || bytes.length > SECRET_LIMITS.valueBytesMax) {
    throw invalid('Give a value of 1 byte to 64 KiB.')
  }
  // Half of a surrogate pair has no UTF-8 form, so the stored value would differ from the entered one.
  if (bytes.toString('utf8') !== value) throw invalid('The value is not well-formed text.')
  // A header field's value has no blanks at its ends (RFC 9110 § 5.5): the key sent would not be the one searched for.
  if (value.trim() !== value) throw invalid('The value begins or ends with a blank. Copy only the key.')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these three are what is looked for.
  if (/[\u0000\r\n]/.test(value))
    throw invalid('The value contains NUL or a line break. Copy only the key, on one line.')
  return new SecretBytes(bytes)
}

function invalid(detail: string): Fault {
  return new Fault('INVALID_REQUEST', 'a secret value out of bounds', { errors: [{ pointer: '/value', detail }] })
}
