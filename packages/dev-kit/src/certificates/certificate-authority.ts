import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** A certificate and its key, PEM. */
export interface Issued {
  readonly certPem: string
  /** PKCS#8. */
  readonly keyPem: string
}

export interface IssueRequest {
  readonly commonName?: string
  /** The identity of a service; becomes a URI SAN. */
  readonly spiffeId?: string
  readonly dnsNames?: string[]
  readonly ipAddresses?: string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A CA whose key is only in memory, and in no HSM. Used by `make run`, compose, tests and the chart's installer. */
export interface Authority extends Issued {
  /** Issues a leaf for server and client use, with its own key. */
  issue(request: IssueRequest): Promise<Issued>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const LIMITS = {
  /** Clocks of phones and containers may be a little behind. */
  backdateMs: 5 * 60_000,
  authorityMs: 10 * 365 * 86_400_000,
  /** Below the 825 days that Apple's platforms accept for a leaf. */
  leafMs: 398 * 86_400_000,
} as const

const { subtle } = webcrypto

/** @param notAfter ten years from now by default. */
export async function createAuthority(
  commonName = 'ProtectMyAPI CA',
  { notBefore, notAfter }: Pick<IssueRequest, 'notBefore' | 'notAfter'> = {},
): Promise<Authority> {
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const nowMs = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: nameOf(commonName),
    notBefore: notBefore ?? new Date(nowMs - LIMITS.backdateMs),
    notAfter: notAfter ?? new Date(nowMs + LIMITS.authorityMs),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return authority(certificate, keys.privateKey, await privateKeyPem(keys.privateKey))
}

/** @throws if the PEM is not a certificate and its P-256 key. */
export async function loadAuthority(certPem: string, keyPem: string): Promise<Authority> {
  const certificate = new x509.X509Certificate(certPem)
  const pkcs8 = x509.PemConverter.decodeFirst(keyPem)
  const key = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign'])
  return authority(certificate, key, keyPem)
}

function authority(certificate: x509.X509Certificate, signingKey: webcrypto.CryptoKey, keyPem: string): Authority {
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem,
    async issue(request) {
      const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
      const nowMs = Date.now()
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: request.commonName === undefined ? [] : nameOf(request.commonName),
        issuer: certificate.subjectName,
        notBefore: request.notBefore ?? new Date(nowMs - LIMITS.backdateMs),
        notAfter: request.notAfter ?? new Date(nowMs + LIMITS.leafMs),
        signingAlgorithm: ALGORITHM,
        signingKey,
        publicKey: keys.publicKey,
        extensions: await leafExtensions(request, certificate, keys.publicKey),
      })
      return { certPem: `${leaf.toString('pem')}\n`, keyPem: await privateKeyPem(keys.privateKey) }
    },
  }
}

async function leafExtensions(
  request: IssueRequest,
  issuer: x509.X509Certificate,
  publicKey: webcrypto.CryptoKey,
): Promise<x509.Extension[]> {
  const names = alternativeNames(request)
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    // RFC 5280, 4.2.1.6: critical if the subject is empty.
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, request.commonName === undefined)]),
  ]
}

function alternativeNames({ spiffeId, dnsNames = [], ipAddresses = [] }: IssueRequest): x509.JsonGeneralNames {
  const notAddress = ipAddresses.find((address) => isIP(address) === 0)
  if (notAddress !== undefined) throw new Error(`not an IP address: ${notAddress}`)
  return [
    ...(spiffeId === undefined ? [] : [{ type: 'url' as const, value: spiffeId }]),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ]
}

function nameOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }]
}

/** 16 random bytes, positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', key)).toString('base64')
  const lines = pkcs8.match(/.{1,64}/g) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
}
