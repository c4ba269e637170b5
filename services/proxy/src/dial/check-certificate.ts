import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkAlternativeNames } from './alternative-names.js'
import { excludedNames } from './excluded-names.js'

const LIMITS = {
  /** For an RSA key anywhere in the chain. OpenSSL counts security strength, and rates 2047 bits at 112 as well. */
  rsaBitsMin: 2_048,
  /** With an exponent of one, a signature equals the signed value, and OpenSSL accepts it. */
  rsaExponentMin: 3n,
  /** CA/Browser Forum Baseline Requirements § 6.1.6. A larger exponent can be chosen to have the same effect as one. */
  rsaExponentMax: 2n ** 256n - 1n,
  /** More than a chain has between a server and a public root, including alternatives for any of them. */
  certificatesMax: 10,
} as const

/** Extended key usages (RFC 5280 § 4.2.1.12) of servers; and Netscape's and Microsoft's "server gated crypto". */
const PURPOSES = {
  server: '1.3.6.1.5.5.7.3.1',
  gatedServers: ['2.16.840.1.113730.4.1', '1.3.6.1.4.1.311.10.3.3'],
} as const

/**
 * What remains to be checked in a chain that OpenSSL has accepted: the name, and weaknesses that OpenSSL lets pass.
 * Undefined where nothing is wrong. Runs once for each connection.
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
    const chain = [leaf, ...authorities]
    return wrongName(host, leaf) ?? weakKey(chain) ?? otherPurpose(chain) ?? excludedWildcard(host, leaf, authorities)
  } catch (cause) {
    return new Error('certificates that cannot be read', { cause })
  }
}

/**
 * The leaf, and each certificate, sent or trusted, that OpenSSL may have taken for the issuer of one in this list; the
 * verified chain is among them. Node does not expose the verified chain, and rebuilding it would let the server choose
 * a different one: by an order that ends the chain early, or by its own certificate with a real authority's name and
 * key.
 */
function everyCandidate(leaf: X509Certificate, roots: readonly X509Certificate[]): readonly X509Certificate[] {
  const issuers = [...sentBehind(leaf), ...roots]
  const found = [leaf]
  // The list grows while it is walked.
  for (const one of found) {
    for (const issuer of issuers) {
      if (!one.checkIssued(issuer) || found.some(({ raw }) => raw.equals(issuer.raw))) continue
      if (found.length === LIMITS.certificatesMax) throw new Error('more certificates than a chain has')
      found.push(issuer)
    }
  }
  return found
}

/**
 * Each certificate's `issuerCertificate` is the next one that was sent, whether it is the issuer or not. Node does not
 * document this; a test checks it.
 */
function sentBehind({ issuerCertificate }: X509Certificate): readonly X509Certificate[] {
  const sent: X509Certificate[] = []
  for (let at = issuerCertificate; at !== undefined; at = at.issuerCertificate) sent.push(at)
  return sent
}

/**
 * RFC 9525: only alternative names count, never the subject's; a wildcard is a whole label, the first one, above two
 * others. OpenSSL compares, in the certificate's own bytes. Node's check works on text, takes the subject's name where
 * there is no alternative name of a host, and matches parts of a label: `ba*.example.com`.
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

/** OpenSSL also accepts certificates that are only for server gated crypto, a purpose that no client asks for any more. */
function otherPurpose(chain: readonly X509Certificate[]): Error | undefined {
  const isOther = ({ keyUsage = [] }: X509Certificate): boolean =>
    PURPOSES.gatedServers.some((purpose) => keyUsage.includes(purpose)) && !keyUsage.includes(PURPOSES.server)
  return chain.some(isOther) ? new Error('a certificate of another purpose than to authenticate servers') : undefined
}

/**
 * A wildcard also covers the host's siblings. Where an authority may not vouch for one of them (RFC 5280 § 4.2.1.10),
 * it may not vouch for the wildcard. OpenSSL compares the wildcard as it is written, and so finds no excluded name in
 * it.
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
