import { createHash } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { Fault } from '../faults.js'

/** The peer of a mutual-TLS connection: its identity together with the proof of it. */
export interface Peer {
  /** The one URI SAN of the certificate, `spiffe://<trust domain>/ns/<ns>/sa/<name>`. */
  readonly spiffeId: string
  /** SHA-256 of the certificate (DER), base64url: RFC 8705's `x5t#S256`. */
  readonly thumbprint: string
}

/** SPIFFE-ID § 2: no segment is empty, `.` or `..`. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/

export function spiffeId(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

/** The installation's own services. Their identities never pass for an internal service's. */
const OWN_SERVICES = ['management', 'vault', 'proxy'] as const

/**
 * Whether this identity may be an internal service's: one of this trust domain that is none of the installation's own.
 */
export function isInternalIdentity(trustDomain: string, namespace: string, id: string): boolean {
  return (
    SPIFFE_ID.test(id) &&
    id.startsWith(`spiffe://${trustDomain}/`) &&
    OWN_SERVICES.every((name) => id !== spiffeId(trustDomain, namespace, name))
  )
}

/** @throws Fault FORBIDDEN if there is no certificate, or not exactly one URI SAN that is a SPIFFE id. */
export function peerFromCertificate(certificate: PeerCertificate | undefined): Peer {
  if (!certificate?.raw) throw new Fault('FORBIDDEN', 'no client certificate')
  return { spiffeId: uriSan(certificate.subjectaltname ?? ''), thumbprint: thumbprintOf(certificate.raw) }
}

/** SHA-256 of a certificate in DER, base64url. */
function thumbprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url')
}

function uriSan(subjectAltName: string): string {
  // Node quotes a SAN that contains a comma or the like (CVE-2021-44532). No SPIFFE id needs that, so the whole is
  // refused.
  if (subjectAltName.includes('"')) throw new Fault('FORBIDDEN', 'the certificate has a quoted SAN')
  const uris = subjectAltName
    .split(', ')
    .filter((name) => name.startsWith('URI:'))
    .map((name) => name.slice('URI:'.length))
  const [only, ...others] = uris
  if (only === undefined || others.length > 0 || !SPIFFE_ID.test(only)) {
    throw new Fault('FORBIDDEN', `the certificate does not name exactly one SPIFFE id: ${subjectAltName}`)
  }
  return only
}
