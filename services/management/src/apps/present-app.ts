import type { z } from 'zod'
import type { LimitSpec } from '../api-services/limits.js'
import type { QuotaSpec } from '../api-services/quotas.js'
import type { AttestationSettings } from '../attestation/attestation-settings.js'
import type { AppView, Platform, Policy } from './app-schemas.js'

export interface AppRecord {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly platform: Platform
  readonly token: string
  readonly policy: Policy
  readonly enabled: boolean
  readonly limits: LimitSpec[]
  readonly quotas: QuotaSpec[]
  readonly attestation: AttestationSettings
  readonly external_version: string | null
  readonly generation: string
  readonly created_at: Date
  readonly updated_at: Date
}

export function presentApp(record: AppRecord): z.input<typeof AppView> {
  return {
    id: record.id,
    slug: record.slug,
    name: record.name,
    platform: record.platform,
    token: record.token,
    policy: record.policy,
    enabled: record.enabled,
    limits: record.limits,
    quotas: record.quotas,
    attestation: record.attestation,
    externalVersion: record.external_version,
    createdAt: record.created_at.toISOString(),
    updatedAt: record.updated_at.toISOString(),
  }
}
