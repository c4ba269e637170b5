import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { excludedNames } from './excluded-names.js'

const LIMITS = {
  /** Of an RSA key anywhere in the chain. OpenSSL counts strength, and finds 112 bits of it in 2047 as well. */
  rsaBitsMin: 2_048,
  /** More than a chain has between a server and a public root. */
  certificatesMax: 10,
} as const

/** As Node hands it over: a root is its own issuer, and one whose issuer is not at hand has none. */
interface Linked extends PeerCertificate {
  readonly issuerCertificate?: Linked
}

/**
 * What remains to be looked at in a chain that OpenSSL has found right: the name, and what it lets pass. Undefined where
 * nothing is wrong. Once for each connection.
 */
export function checkCertificate(host: string, peer: Linked): Error | undefined {
  try {
    const [leaf, ...authorities] = chainOf(peer)
    if (!leaf) return new Error('no certificate')
    return wrongName(host, leaf) ?? weakKey([leaf, ...authorities]) ?? excludedWildcard(host, leaf, authorities)
  } catch (cause) {
    return new Error('a certificate that cannot be read', { cause })
  }
}

/**
 * From the leaf to the root, as Node has put it together. Node goes by the names of issuers alone, so a server could show
 * an authority of its own making beside the true one: each signature is checked.
 */
function chainOf(peer: Linked): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  let at: Linked | undefined = peer
  while (at !== undefined) {
    if (chain.length === LIMITS.certificatesMax) throw new Error('a chain without end')
    const certificate = new X509Certificate(at.raw)
    if (chain.at(-1)?.verify(certificate.publicKey) === false) throw new Error('an issuer that has not signed')
    chain.push(certificate)
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate
  }
  return chain
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
  const isWeak = ({ publicKey }: X509Certificate): boolean =>
    (publicKey.asymmetricKeyDetails?.modulusLength ?? Number.POSITIVE_INFINITY) < LIMITS.rsaBitsMin
  return chain.some(isWeak) ? new Error(`an RSA key of fewer than ${LIMITS.rsaBitsMin} bits`) : undefined
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
  if (isIP(host) !== 0 || leaf.checkHost(host, { subject: 'never', wildcards: false }) !== undefined) return undefined
  const isSibling = (name: string): boolean => parentOf(name) === parentOf(host)
  const excluded = authorities.flatMap(({ raw }) => excludedNames(raw)).find(isSibling)
  return excluded === undefined ? undefined : new Error(`a wildcard over ${excluded}, for which none may vouch`)
}

const parentOf = (name: string): string => name.replace(/^[^.]*/, '').toLowerCase()
