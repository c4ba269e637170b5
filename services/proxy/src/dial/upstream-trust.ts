import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

/**
 * For TLS 1.2, what RFC 9325 § 4.2 recommends: forward secrecy and AEAD, no CBC, no key exchange by RSA. For keys and
 * signatures along the whole chain, 112 bits: no SHA-1, and RSA keys as far as `checkCertificate` leaves them. Node's
 * own default accepts 80.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  '@SECLEVEL=2',
].join(':')

/** How TLS is spoken with providers, and which authorities are trusted. */
export interface UpstreamTrust {
  readonly context: SecureContext
  readonly roots: readonly X509Certificate[]
}

/**
 * Trusts the public authorities that Node ships, and those in `extraCaPem`. OpenSSL gets exactly the roots that the
 * checks here see, so NODE_EXTRA_CA_CERTS has no effect.
 *
 * @throws Error for a certificate that cannot be read.
 */
export function createUpstreamTrust(extraCaPem?: string): UpstreamTrust {
  if (extraCaPem !== undefined) return trustIn([...rootCertificates, ...certificatesIn(extraCaPem)])
  publicTrust ??= trustIn(rootCertificates)
  return publicTrust
}

/** Read once, because it takes a fifth of a second. */
let publicTrust: UpstreamTrust | undefined

function trustIn(pems: readonly string[]): UpstreamTrust {
  const roots = pems.map((pem) => new X509Certificate(pem))
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    // In TLS 1.2 a server may ask for a second handshake in mid-connection, with a second certificate that nobody would
    // check.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ca: roots.map(String),
  })
  return { context, roots }
}

const certificatesIn = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
