import { extensionsWith, inside, tagged } from '@protectmyapi/service-kit/x509/der'

/** 2.5.29.17, SubjectAltName (RFC 5280 § 4.2.1.6). */
const SUBJECT_ALT_NAME = Buffer.from('551d11', 'hex')

const TAGS = {
  sequence: 0x30,
  /** otherName to registeredID. */
  generalNames: [0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88],
} as const

/**
 * Requires that the names which OpenSSL compares are the only content of the extension: OpenSSL takes the first value
 * and ignores what follows it.
 *
 * @throws Error for alternative names that are not DER.
 */
export function checkAlternativeNames(certificate: Buffer): void {
  for (const names of extensionsWith(SUBJECT_ALT_NAME, certificate)) {
    for (const name of inside(tagged(names, TAGS.sequence))) tagged(name, ...TAGS.generalNames)
  }
}
