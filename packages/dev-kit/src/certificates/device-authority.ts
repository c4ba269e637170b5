import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** Who certifies the keys of devices that tests simulate: a root, and an intermediate that issues. */
export interface DeviceAuthority {
  /** PEM. */
  readonly rootPem: string
  /** DER. */
  readonly intermediate: Buffer
  /** Issues a certificate, DER, for a public key, SubjectPublicKeyInfo in DER. */
  certify(publicKey: Buffer, request: DeviceCertificate): Promise<Buffer>
}

export interface Validity {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

export interface DeviceCertificate extends Validity {
  /** Each by its OID. */
  readonly extensions: readonly { readonly id: string; readonly value: Buffer }[]
  readonly isAuthority?: boolean
  /** Of the issuer: a name that nobody has. */
  readonly isMisnamed?: boolean
}

/** Everything is valid but for the faults that a test asks for. */
export interface DeviceAuthorityRequest {
  readonly root?: Validity
  readonly intermediate?: Validity & {
    readonly isAuthority?: boolean
    /** Its key may not sign certificates. */
    readonly mayNotSign?: boolean
  }
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const
const DAY_MS = 86_400_000
const NAMES = {
  root: 'CN=Device Root CA',
  intermediate: 'CN=Device CA 1',
  device: 'CN=Device',
  nobody: 'CN=Nobody',
} as const
const { subtle } = webcrypto

/** All authorities have the same names and no key ids, so signatures alone tell them apart. */
export async function createDeviceAuthority(request: DeviceAuthorityRequest = {}): Promise<DeviceAuthority> {
  const { isAuthority = true, mayNotSign = false, ...validity } = request.intermediate ?? {}
  const root = await newKeys()
  const intermediate = await newKeys()
  const rootCertificate = await x509.X509CertificateGenerator.create({
    ...named('root', 'root', request.root),
    publicKey: root.publicKey,
    signingKey: root.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: authorityExtensions(true, false),
  })
  const intermediateCertificate = await x509.X509CertificateGenerator.create({
    ...named('intermediate', 'root', validity),
    publicKey: intermediate.publicKey,
    signingKey: root.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: authorityExtensions(isAuthority, mayNotSign),
  })
  return {
    rootPem: `${rootCertificate.toString('pem')}\n`,
    intermediate: Buffer.from(intermediateCertificate.rawData),
    async certify(publicKey, { extensions, isAuthority = false, isMisnamed = false, ...validity }) {
      const certificate = await x509.X509CertificateGenerator.create({
        ...named('device', isMisnamed ? 'nobody' : 'intermediate', validity),
        publicKey: new x509.PublicKey(publicKey),
        signingKey: intermediate.privateKey,
        signingAlgorithm: { ...ALGORITHM, hash: 'SHA-256' },
        extensions: [
          ...authorityExtensions(isAuthority, !isAuthority),
          ...extensions.map(({ id, value }) => new x509.Extension(id, false, value)),
        ],
      })
      return Buffer.from(certificate.rawData)
    },
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

function named(subject: keyof typeof NAMES, issuer: keyof typeof NAMES, { notBefore, notAfter }: Validity = {}) {
  return {
    serialNumber: randomBytes(8).toString('hex'),
    subject: NAMES[subject],
    issuer: NAMES[issuer],
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 3 * DAY_MS),
  }
}

function authorityExtensions(isAuthority: boolean, mayNotSign: boolean): x509.Extension[] {
  const { keyCertSign, digitalSignature } = x509.KeyUsageFlags
  return [
    new x509.BasicConstraintsExtension(isAuthority, undefined, true),
    new x509.KeyUsagesExtension(mayNotSign ? digitalSignature : keyCertSign, true),
  ]
}
