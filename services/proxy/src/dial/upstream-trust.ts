import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

/**
 * Of TLS 1.2 what RFC 9325 § 4.2 recommends: forward secrecy and AEAD, no CBC, no key exchange by RSA. Of keys and
 * signatures, along the whole chain, 112 bits: no SHA-1, and of RSA what `checkCertificate` leaves. Node's own default
 * takes 80.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  '@SECLEVEL=2',
].join(':')

/** How to speak TLS with providers, and who vouches for them. */
export interface UpstreamTrust {
  readonly context: SecureContext
  readonly roots: readonly X509Certificate[]
}

/**
 * Trusts the public authorities that Node ships, and those in `extraCaPem`. OpenSSL is given exactly what our own checks
 * see, so NODE_EXTRA_CA_CERTS counts for nothing here.
 *
 * @throws Error for a certificate that cannot be read.
 */
export function createUpstreamTrust(extraCaPem?: string): UpstreamTrust {
  if (extraCaPem !== undefined) return trustIn([...rootCertificates, ...certificatesIn(extraCaPem)])
  publicTrust ??= trustIn(rootCertificates)
  return publicTrust
}

/** Read once: it takes a fifth of a second. */
let publicTrust: UpstreamTrust | undefined

function trustIn(pems: readonly string[]): UpstreamTrust {
  const roots = pems.map((pem) => new X509Certificate(pem))
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    // In TLS 1.2 a server may ask for a second handshake in mid-connection: a second certificate, which nobody checks.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ca: roots.map(String),
  })
  return { context, roots }
}

const certificatesIn = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
