import { ATTESTATIONS } from '@protectmyapi/service-kit/credentials/app-session'
import { z } from 'zod'
import { AppLimits, LimitView } from '../api-services/limits.js'
import { AppQuotas, QuotaView } from '../api-services/quotas.js'
import { APPLE_ENVIRONMENTS, AttestationSettings, NO_ATTESTATION } from '../attestation/attestation-settings.js'
import { ExternalVersion, Name, Slug, Timestamp } from '../http/fields.js'

export const APP_LIMITS = {
  appsPerOrganization: 500,
  /** Debug tokens of one app that have neither expired nor been revoked. */
  debugTokensPerApp: 100,
  /** 30 days, so that a token that was forgotten in a build does not work for ever. */
  debugTokenHoursMax: 720,
} as const

const PLATFORMS = ['ios', 'android', 'flutter', 'react-native'] as const
export type Platform = (typeof PLATFORMS)[number]

/** What an app token is enough for; see _policy_ in docs/words.md. */
const POLICIES = ['enforce', 'audit', 'off'] as const
export type Policy = (typeof POLICIES)[number]

const fields = {
  name: Name,
  slug: Slug,
  platform: z.enum(PLATFORMS),
  policy: z.enum(POLICIES).meta({
    description:
      'enforce: an app token alone is refused; the app needs a session. audit: an app token is accepted, and counted as unattested. off: an app token is accepted.',
  }),
  enabled: z.boolean(),
  limits: AppLimits.meta({ description: 'Limits of the app, or of each of its devices, over all services.' }),
  quotas: AppQuotas,
  attestation: AttestationSettings,
}

export const NewApp = z.strictObject({
  ...fields,
  policy: fields.policy.default('enforce'),
  enabled: fields.enabled.default(true),
  limits: fields.limits.default([]),
  quotas: fields.quotas.default([]),
  attestation: fields.attestation.default(NO_ATTESTATION),
})
export type NewApp = z.output<typeof NewApp>

/** Without the slug, which stands in the path. */
export const AppPut = NewApp.omit({ slug: true }).extend({ externalVersion: ExternalVersion.optional() })
export type AppPut = z.output<typeof AppPut>

export const AppPatch = z.strictObject(fields).partial()
export type AppPatch = z.output<typeof AppPatch>

export const AppView = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    platform: z.enum(PLATFORMS),
    token: z.string().meta({ description: 'Publishable: it identifies the app and is not a secret.' }),
    policy: z.enum(POLICIES),
    enabled: z.boolean(),
    limits: z.array(LimitView),
    quotas: z.array(QuotaView),
    attestation: AttestationSettings,
    externalVersion: z.string().nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'App' })

export const DebugTokenInput = z.strictObject({
  name: Name,
  expiresInHours: z.int().min(1).max(APP_LIMITS.debugTokenHoursMax),
})

export const DebugTokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Timestamp,
    createdBy: z.string().meta({
      description: 'Id of the person. The token stays valid after the person leaves the organization: revoke it then.',
    }),
    expiresAt: Timestamp,
    lastUsedAt: Timestamp.nullable(),
    revokedAt: Timestamp.nullable(),
  })
  .meta({ id: 'DebugToken' })

export const DeviceView = z
  .object({
    id: z.string(),
    kind: z.enum(ATTESTATIONS).meta({ description: 'What the device proved itself with.' }),
    debugToken: z.string().nullable(),
    bundleId: z.string().nullable().meta({ description: 'Of the app that registered a key by App Attest.' }),
    environment: z.enum(APPLE_ENVIRONMENTS).nullable().meta({ description: 'Of a key attested by Apple.' }),
    createdAt: Timestamp,
    lastSeenAt: Timestamp,
    revokedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Device' })

export const LinkView = z
  .object({
    id: z.string(),
    service: z.object({ id: z.string(), slug: z.string(), name: z.string(), enabled: z.boolean() }),
    createdAt: Timestamp,
  })
  .meta({ id: 'Link' })
