import type { z } from 'zod'
import type { CredentialRecord } from './credential-rows.js'
import type { CredentialView } from './credential-schemas.js'

export function presentCredential(record: CredentialRecord): z.input<typeof CredentialView> {
  const { kind, identity } = record
  const put = { createdAt: record.created_at.toISOString(), createdBy: record.created_by }
  return kind === 'response-keys'
    ? { kind, verificationKeyFingerprint: identity, ...put }
    : { kind, clientEmail: identity, ...put }
}
