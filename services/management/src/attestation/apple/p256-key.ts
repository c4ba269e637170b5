import type { X509Certificate } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'

/** SubjectPublicKeyInfo up to the coordinates: id-ecPublicKey, prime256v1, an uncompressed point (RFC 5480 § 2). */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')
const POINT_AT = SPKI_HEAD.length - 1

const COORDINATE_BYTES = 32

/** COSE_Key: EC2, ES256, P-256, with both coordinates, encoded as CTAP2 § 6 requires. */
const COSE_HEADS = { x: Buffer.from('a5010203262001215820', 'hex'), y: Buffer.from('225820', 'hex') } as const

/** A key of a Secure Enclave in its three encodings. */
export interface P256Key {
  /** DER. */
  readonly spki: Buffer
  /** Uncompressed (SEC 1 § 2.3.3). */
  readonly point: Buffer
  readonly cose: Buffer
}

/** @throws Fault ATTESTATION_FAILED for a key of another kind. */
export function p256KeyOf({ publicKey }: X509Certificate): P256Key {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const point = spki.subarray(POINT_AT)
  // The head states the lengths too.
  if (!spki.subarray(0, SPKI_HEAD.length).equals(SPKI_HEAD)) {
    throw new Fault('ATTESTATION_FAILED', 'the certified key is not an uncompressed one of P-256')
  }
  const x = point.subarray(1, 1 + COORDINATE_BYTES)
  const y = point.subarray(1 + COORDINATE_BYTES)
  return { spki, point, cose: Buffer.concat([COSE_HEADS.x, x, COSE_HEADS.y, y]) }
}
