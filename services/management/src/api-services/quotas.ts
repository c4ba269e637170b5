import type { Quota } from '@protectmyapi/protos/generated/directory/v1/Quota'
import { z } from 'zod'

const QUOTA_PERIODS = ['day', 'month'] as const
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number]

const QUOTA_SCOPES = ['device', 'app', 'organization'] as const
export type QuotaScope = (typeof QUOTA_SCOPES)[number]

const LIMITS = {
  /** A hundred million a day are 1,157 a second, day and night. A higher quota would limit nothing. */
  countMax: 100_000_000,
} as const

/** As stored in `organizations.quotas` and `apps.quotas`. */
export interface QuotaSpec {
  readonly scope: QuotaScope
  readonly period: QuotaPeriod
  /** Requests in the period. */
  readonly count: number
}

const quotasOf = (scopes: readonly [QuotaScope, ...QuotaScope[]]) =>
  z
    .array(
      z.strictObject({
        scope: z.enum(scopes),
        period: z.enum(QUOTA_PERIODS).meta({ description: 'Calendar period, in UTC.' }),
        count: z.int().min(1).max(LIMITS.countMax).meta({ description: 'Requests in the period.' }),
      }),
    )
    // At most one for each scope and period.
    .max(scopes.length * QUOTA_PERIODS.length)
    .refine(noTwins, 'Two quotas have the same scope and period.')
    .meta({ description: 'Empty for none.' })

/** Count all requests of the organization. */
export const OrgQuotas = quotasOf(['organization'])
/** Count the requests to all services: those of the app, and those of each device. */
export const AppQuotas = quotasOf(['device', 'app'])

export const QuotaView = z.object({
  scope: z.enum(QUOTA_SCOPES),
  period: z.enum(QUOTA_PERIODS),
  count: z.int(),
})

/** Quotas as proxies receive them. */
export function quotasToWire(quotas: readonly QuotaSpec[]): (Quota & { scope: keyof typeof SCOPE_OF_WIRE })[] {
  return quotas.map(({ scope, period, count }) => ({ scope: SCOPES[scope], period: PERIODS[period], count }))
}

const SCOPES = {
  device: 'LIMIT_SCOPE_DEVICE',
  app: 'LIMIT_SCOPE_APP',
  organization: 'LIMIT_SCOPE_ORGANIZATION',
} as const satisfies Record<QuotaScope, string>

const PERIODS = { day: 'QUOTA_PERIOD_DAY', month: 'QUOTA_PERIOD_MONTH' } as const satisfies Record<QuotaPeriod, string>

/** The reverse mapping, for requests of proxies for blocks. */
export const SCOPE_OF_WIRE = {
  LIMIT_SCOPE_DEVICE: 'device',
  LIMIT_SCOPE_APP: 'app',
  LIMIT_SCOPE_ORGANIZATION: 'organization',
} as const satisfies Record<string, QuotaScope>

export const PERIOD_OF_WIRE = {
  QUOTA_PERIOD_DAY: 'day',
  QUOTA_PERIOD_MONTH: 'month',
} as const satisfies Record<string, QuotaPeriod>

function noTwins(quotas: readonly { scope: QuotaScope; period: QuotaPeriod }[]): boolean {
  return new Set(quotas.map(({ scope, period }) => `${scope} ${period}`)).size === quotas.length
}
