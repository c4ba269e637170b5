import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkAlternativeNames } from './alternative-names.js'
import { excludedNames } from './excluded-names.js'

const LIMITS = {
  /** Of an RSA key anywhere in the chain. OpenSSL counts strength, and finds 112 bits of it in 2047 as well. */
  rsaBitsMin: 2_048,
  /** By an exponent of one a signature is what is signed, and OpenSSL takes it. */
  rsaExponentMin: 3n,
  /** CA/Browser Forum Baseline Requirements § 6.1.6. A larger one may be made to do what an exponent of one does. */
  rsaExponentMax: 2n ** 256n - 1n,
  /** More than a chain has between a server and a public root, and what may stand in the place of one. */
  certificatesMax: 10,
} as const

/**
 * What remains to be looked at in a chain that OpenSSL has found right: the name, and what it lets pass. Undefined where
 * nothing is wrong. Once for each connection.
 *
 * @param leaf with all that was sent behind it, in the order in which it came.
 * @param roots all that are trusted.
 */
export function checkCertificate(
  host: string,
  leaf: X509Certificate | undefined,
  roots: readonly X509Certificate[],
): Error | undefined {
  if (!leaf) return new Error('no certificate')
  try {
    const [, ...authorities] = everyCandidate(leaf, roots)
    checkAlternativeNames(leaf.raw)
    return wrongName(host, leaf) ?? weakKey([leaf, ...authorities]) ?? excludedWildcard(host, leaf, authorities)
  } catch (cause) {
    return new Error('certificates that cannot be read', { cause })
  }
}

/**
 * The leaf, and each certificate, sent or trusted, that OpenSSL may have taken for the issuer of one in here: the verified
 * chain is among them. Node does not tell it, and one put together anew is another one where the server likes: by an order
 * that ends it early, or by a certificate of its own with a true authority's name and key.
 */
function everyCandidate(leaf: X509Certificate, roots: readonly X509Certificate[]): readonly X509Certificate[] {
  const issuers = [...sentBehind(leaf), ...roots]
  const found = [leaf]
  // Grows under way.
  for (const one of found) {
    for (const issuer of issuers) {
      if (!one.checkIssued(issuer) || found.some(({ raw }) => raw.equals(issuer.raw))) continue
      if (found.length === LIMITS.certificatesMax) throw new Error('more certificates than a chain has')
      found.push(issuer)
    }
  }
  return found
}

/** Each one's `issuerCertificate` is the next one that was sent, its issuer or not: Node does not say so, a test does. */
function sentBehind({ issuerCertificate }: X509Certificate): readonly X509Certificate[] {
  const sent: X509Certificate[] = []
  for (let at = issuerCertificate; at !== undefined; at = at.issuerCertificate) sent.push(at)
  return sent
}

/**
 * RFC 9525: alternative names alone, never the subject's; a wildcard is a whole label, the first one, above two others.
 * OpenSSL compares, in the certificate's own bytes. Node's check does it in text, takes the subject's name where there is
 * no alternative name of a host, and matches parts of a label: `ba*.example.com`.
 */
function wrongName(host: string, leaf: X509Certificate): Error | undefined {
  const name =
    isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never', partialWildcards: false }) : leaf.checkIP(host)
  return name === undefined ? new Error(`the certificate is not for ${host}`) : undefined
}

function weakKey(chain: readonly X509Certificate[]): Error | undefined {
  const isWeak = ({ publicKey }: X509Certificate): boolean => {
    const { modulusLength = LIMITS.rsaBitsMin, publicExponent = LIMITS.rsaExponentMin } =
      publicKey.asymmetricKeyDetails ?? {}
    const isUsual = publicExponent >= LIMITS.rsaExponentMin && publicExponent <= LIMITS.rsaExponentMax
    return modulusLength < LIMITS.rsaBitsMin || !isUsual
  }
  return chain.some(isWeak)
    ? new Error(`an RSA key of fewer than ${LIMITS.rsaBitsMin} bits, or by which anybody signs`)
    : undefined
}

/**
 * A wildcard speaks for its siblings too. Where an authority may not vouch for one of them (RFC 5280 § 4.2.1.10) it may
 * not for the wildcard; OpenSSL compares the wildcard as it is written, and sees no excluded name in it.
 */
function excludedWildcard(
  host: string,
  leaf: X509Certificate,
  authorities: readonly X509Certificate[],
): Error | undefined {
  // Read for every leaf: an excluded name that no host has excludes nobody, and OpenSSL passes it over.
  const names = authorities.flatMap(({ raw }) => excludedNames(raw))
  if (isIP(host) !== 0 || leaf.checkHost(host, { subject: 'never', wildcards: false }) !== undefined) return undefined
  const isSibling = (name: string): boolean => parentOf(name) === parentOf(host)
  const excluded = names.find(isSibling)
  return excluded === undefined ? undefined : new Error(`a wildcard over ${excluded}, for which none may vouch`)
}

const parentOf = (name: string): string => name.replace(/^[^.]*/, '').toLowerCase()
