import { X509Certificate } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'

/**
 * The leaf of exactly these certificates: leaf, intermediate, and behind them one of the trusted roots.
 *
 * @param sent DER, leaf first.
 * @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED.
 */
export function verifyChain(
  sent: readonly Buffer[],
  roots: readonly X509Certificate[],
  nowMs: number,
): X509Certificate {
  const [first, second, ...others] = sent
  if (!first || !second || others.length > 0) throw new Fault('INVALID_ATTESTATION', 'not two certificates')
  const leaf = readCertificate(first)
  const intermediate = readCertificate(second)
  // From the root downwards, so that no key is used before it is certified.
  const root = roots.find((trusted) => isIssued(intermediate, trusted))
  if (!root) throw new Fault('ATTESTATION_FAILED', 'the intermediate certificate is not of a trusted root')
  if (!isIssued(leaf, intermediate)) throw new Fault('ATTESTATION_FAILED', 'the leaf is not of its intermediate')
  if (leaf.ca) throw new Fault('ATTESTATION_FAILED', 'the leaf is an authority')
  for (const certificate of [leaf, intermediate, root]) checkDates(certificate, nowMs)
  return leaf
}

/** Node also reads PEM, and DER with something behind it. */
function readCertificate(der: Buffer): X509Certificate {
  try {
    const certificate = new X509Certificate(der)
    if (certificate.raw.equals(der)) return certificate
  } catch (cause) {
    throw new Fault('INVALID_ATTESTATION', 'a certificate that cannot be read', { cause })
  }
  throw new Fault('INVALID_ATTESTATION', 'a certificate that is not its own DER')
}

/**
 * `checkIssued` compares names and the right to sign certificates, and no signature; `verify` the signature alone.
 * Neither looks at dates.
 */
function isIssued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function checkDates({ validFrom, validTo }: X509Certificate, nowMs: number): void {
  if (!(nowMs >= Date.parse(validFrom))) throw new Fault('ATTESTATION_FAILED', 'a certificate is not valid yet')
  if (!(nowMs <= Date.parse(validTo))) throw new Fault('ATTESTATION_EXPIRED', 'a certificate has expired')
}
