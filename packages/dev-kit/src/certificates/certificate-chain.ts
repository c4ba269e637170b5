import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A certificate of a chain, with the faults that a test asks for; everything else is valid. */
export interface Link {
  readonly commonName?: string
  /** Host names, written as given, without a check. */
  readonly dnsNames?: readonly string[]
  /** Hex bytes appended to the value of each extension that contains names. */
  readonly behindNames?: string
  /** Otherwise a leaf, which still signs the next certificate. */
  readonly isAuthority?: boolean
  /** Number of authorities that may follow. */
  readonly pathLength?: number
  readonly mayNotSign?: boolean
  /** OIDs of the key's purposes. */
  readonly purposes?: readonly string[]
  /** A name that no certificate below this one may have, nor any name below it (RFC 5280 § 4.2.1.10). */
  readonly excludedName?: string
  /** Whether it has a critical extension that no client knows. */
  readonly isUnknown?: boolean
  /** Bits of an RSA key that replaces P-256. */
  readonly rsaBits?: number
  /** Makes the RSA private exponent 1, so anybody can sign with the key: the public one is 1 as well, or 1 + φ(n). */
  readonly rsaByAnybody?: 'small' | 'large'
  /** Used in the signatures that this certificate's key makes. */
  readonly hash?: 'SHA-1' | 'SHA-256'
  readonly notAfter?: Date
}

/** All in PEM: the trust anchor; what a server presents, leaf first; and the leaf's key, PKCS#8. */
export interface Chain {
  readonly rootPem: string
  readonly certPem: string
  readonly keyPem: string
}

interface Issued {
  readonly link: Link
  readonly certificate: x509.X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

const DAY_MS = 86_400_000
const { subtle } = webcrypto

/** Issues a chain in which each certificate is signed by the one before it. */
export async function issueChain(root: Link, ...links: readonly Link[]): Promise<Chain> {
  const anchor = await issue(root)
  let last = anchor
  let certPem = ''
  for (const link of links) {
    last = await issue(link, last)
    certPem = `${last.certificate.toString('pem')}\n${certPem}`
  }
  const pkcs8 = await subtle.exportKey('pkcs8', last.keys.privateKey)
  return {
    rootPem: `${anchor.certificate.toString('pem')}\n`,
    certPem,
    keyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  }
}

/** A certificate with an authority's name and public key, which anybody can copy, signed by an unknown key. PEM. */
export async function issueDecoy(authorityPem: string, notBefore: Date, notAfter: Date): Promise<string> {
  const { subjectName, publicKey } = new x509.X509Certificate(authorityPem)
  const stranger = await newKeys({})
  const decoy = await x509.X509CertificateGenerator.create({
    subject: subjectName,
    issuer: 'CN=A stranger',
    notBefore,
    notAfter,
    publicKey,
    signingKey: stranger.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: extensionsOf({ isAuthority: true }),
  })
  return `${decoy.toString('pem')}\n`
}

async function issue(link: Link, issuer?: Issued): Promise<Issued> {
  const keys = await newKeys(link)
  const subject: x509.JsonName = link.commonName === undefined ? [{ O: ['A test'] }] : [{ CN: [link.commonName] }]
  const signer = issuer ?? { link, keys, certificate: undefined }
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: signer.certificate?.subjectName ?? subject,
    notBefore: new Date(Date.now() - 30 * DAY_MS),
    notAfter: link.notAfter ?? new Date(Date.now() + DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: { ...signer.keys.privateKey.algorithm, hash: signer.link.hash ?? 'SHA-256' },
    extensions: extensionsOf(link),
  })
  return { link, certificate, keys }
}

async function newKeys({ rsaBits, rsaByAnybody, hash = 'SHA-256' }: Link): Promise<webcrypto.CryptoKeyPair> {
  if (rsaBits === undefined) return subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash }
  const made = { ...algorithm, modulusLength: rsaBits, publicExponent: new Uint8Array([1, 0, 1]) }
  const keys = await subtle.generateKey(made, true, ['sign', 'verify'])
  if (!rsaByAnybody) return keys
  const { kty = '', n = '', p = '', q = '', ...secret } = await subtle.exportKey('jwk', keys.privateKey)
  const e = rsaByAnybody === 'small' ? ONE : toBase64Url(1n + (fromBase64Url(p) - 1n) * (fromBase64Url(q) - 1n))
  const both = { ...secret, kty, n, p, q, e, d: ONE, dp: ONE, dq: ONE }
  return {
    privateKey: await subtle.importKey('jwk', both, algorithm, true, ['sign']),
    publicKey: await subtle.importKey('jwk', { kty, n, e }, algorithm, true, ['verify']),
  }
}

const fromBase64Url = (text: string): bigint => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)

function toBase64Url(number: bigint): string {
  const hex = number.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

/** The number one in a JWK (RFC 7518 § 6.3). */
const ONE = 'AQ'

function extensionsOf(link: Link): x509.Extension[] {
  const { isAuthority = false, pathLength, mayNotSign = false, purposes, dnsNames, excludedName } = link
  const signs = isAuthority && !mayNotSign
  return [
    new x509.BasicConstraintsExtension(isAuthority, pathLength, true),
    new x509.KeyUsagesExtension(signs ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature, true),
    ...(purposes ? [new x509.ExtendedKeyUsageExtension([...purposes])] : []),
    ...(dnsNames ? [followed(link, alternativeNames(dnsNames))] : []),
    ...(excludedName === undefined
      ? []
      : [followed(link, new x509.Extension('2.5.29.30', true, excluding(excludedName)))]),
    ...(link.isUnknown ? [new x509.Extension('1.3.6.1.4.1.32473.1', true, Buffer.from('0500', 'hex'))] : []),
  ]
}

const alternativeNames = (dnsNames: readonly string[]): x509.Extension =>
  new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value })))

function followed({ behindNames = '' }: Link, { type, critical, value }: x509.Extension): x509.Extension {
  return new x509.Extension(type, critical, Buffer.concat([Buffer.from(value), Buffer.from(behindNames, 'hex')]))
}

/** NameConstraints with one excluded dNSName, DER; every length fits in one byte. */
function excluding(name: string): Buffer {
  const tagged = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content])
  return tagged(0x30, tagged(0xa1, tagged(0x30, tagged(0x82, Buffer.from(name, 'latin1')))))
}
