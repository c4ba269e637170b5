import type { Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import type { WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'

/** A certificate that never changes. */
export function fixedMaterial({ certPem, keyPem }: Issued): WatchedMaterial {
  const material = { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(certPem) }
  return { current: () => material, onChange: () => () => {}, stop: () => {} }
}
