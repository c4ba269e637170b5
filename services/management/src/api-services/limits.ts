import type { Limit } from '@protectmyapi/protos/generated/directory/v1/Limit'
import { z } from 'zod'

const LIMIT_SCOPES = ['device', 'app', 'service', 'organization'] as const
export type LimitScope = (typeof LIMIT_SCOPES)[number]

const LIMITS = {
  /** Limits of one service or app. Every request draws from the bucket of each. */
  perOwner: 8,
  countMax: 1_000_000,
  /** A day. For longer periods there are quotas. */
  periodSecondsMax: 86_400,
} as const

/** As stored in `services.limits` and `apps.limits`. */
export interface LimitSpec {
  readonly scope: LimitScope
  readonly count: number
  readonly periodSeconds: number
  /** Requests at once. */
  readonly burst: number
}

const limitOf = (scopes: readonly [LimitScope, ...LimitScope[]]) =>
  z
    .strictObject({
      scope: z.enum(scopes),
      count: z.int().min(1).max(LIMITS.countMax).meta({ description: 'Requests in the period.' }),
      periodSeconds: z.int().min(1).max(LIMITS.periodSecondsMax),
      burst: z
        .int()
        .min(1)
        .max(LIMITS.countMax)
        .optional()
        .meta({ description: 'Requests at once; as many as `count` by default.' }),
    })
    .refine(({ burst, count }) => burst === undefined || burst <= count, {
      path: ['burst'],
      message: 'At most `count`.',
    })

const limitsOf = (scopes: readonly [LimitScope, ...LimitScope[]]) =>
  z
    .array(limitOf(scopes))
    .max(LIMITS.perOwner)
    .refine(noTwins, 'Two limits have the same scope and period.')
    .transform((limits): LimitSpec[] => limits.map((limit) => ({ ...limit, burst: limit.burst ?? limit.count })))

export const ServiceLimits = limitsOf(LIMIT_SCOPES)
/** An app's own limits, which count its requests to all services. */
export const AppLimits = limitsOf(['device', 'app'])

export const LimitView = z.object({
  scope: z.enum(LIMIT_SCOPES),
  count: z.int(),
  periodSeconds: z.int(),
  burst: z.int(),
})

/** For proxies: a service's limits count the requests to this service, an app's limits those to all services. */
export function limitsToWire(
  limits: readonly LimitSpec[],
  counted: 'one service' | 'all services',
): (Limit & { scope: `LIMIT_SCOPE_${Uppercase<LimitScope>}` })[] {
  return limits.map(({ scope, count, periodSeconds, burst }) => ({
    scope: WIRE[scope],
    count,
    periodMs: periodSeconds * 1_000,
    burst,
    allServices: counted === 'all services',
  }))
}

const WIRE = {
  device: 'LIMIT_SCOPE_DEVICE',
  app: 'LIMIT_SCOPE_APP',
  service: 'LIMIT_SCOPE_SERVICE',
  organization: 'LIMIT_SCOPE_ORGANIZATION',
} as const satisfies Record<LimitScope, string>

function noTwins(limits: readonly { scope: LimitScope; periodSeconds: number }[]): boolean {
  return new Set(limits.map(({ scope, periodSeconds }) => `${scope} ${periodSeconds}`)).size === limits.length
}
