import { z } from 'zod'
import { Moment, Timestamp } from '../../http/fields.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { FLAG_KINDS } from '../unusual/flag.js'

/** What requests are counted by. */
export const GROUPINGS = ['service', 'app', 'secret', 'platform', 'version'] as const
export type Grouping = (typeof GROUPINGS)[number]

export const STEPS = ['hour', 'day'] as const
export type Step = (typeof STEPS)[number]

const { range } = ANALYTICS_LIMITS

const Named = z.string().min(1).max(ANALYTICS_LIMITS.idCharsMax)

export const AnalyticsQuery = z.strictObject({
  from: Moment.optional().meta({
    description: `From this moment on, begun at the whole step; ${range.usualDays} days before \`to\` by default.`,
  }),
  to: Moment.optional().meta({
    description: `Until this moment, ended at the whole step; now by default. At most ${range.daysMax.day} days after \`from\`, with step=hour ${range.daysMax.hour}.`,
  }),
  step: z.enum(STEPS).default('day').meta({ description: 'Length of one point of the series; days are UTC.' }),
  by: z.enum(GROUPINGS).default('service').meta({ description: 'What the groups are.' }),
  service: Named.optional().meta({ description: 'Only requests to this API service: its id or slug.' }),
  app: Named.optional().meta({ description: 'Only requests of this app: its id or slug.' }),
})

const count = (description: string) => z.int().meta({ description })

const percentile = z.int().nullable()
const Percentiles = z.object({ p50: percentile, p95: percentile, p99: percentile }).meta({
  id: 'Percentiles',
  description:
    'Milliseconds: the upper bound of the bucket of the histogram that the percentile falls into. From 5 ms to two minutes that is up to half more than the time itself; a time above ten minutes shows as ten. Null: none of these requests was timed.',
})

const COUNTS = {
  requests: count('Admitted requests. Each also counts as one of the next four once it has ended.'),
  succeeded: count('Answered with a status below 400.'),
  refused: count('Refused by ProtectMyAPI after admission.'),
  failed: count('Answered by the provider with a status of 400 or above, or not at all.'),
  aborted: count('Ended by the client, before the answer was complete.'),
  unattested: count('Of the requests, those that came with an app token alone, without a session.'),
  requestBytes: z.int(),
  responseBytes: z.int(),
} as const

const TIMES = {
  total: Percentiles.meta({ description: 'Time of the whole request.' }),
  upstream: Percentiles.meta({ description: 'Time until the first byte of the provider’s answer.' }),
} as const

const Usage = z.object({ ...COUNTS, ...TIMES }).meta({ id: 'Usage' })

const Point = z
  .object({ at: Timestamp.meta({ description: 'Its beginning.' }), ...COUNTS, ...TIMES })
  .meta({ id: 'UsagePoint' })

const Group = z
  .object({
    id: z.string().meta({
      description:
        'Of the service, app or secret; else the platform or version itself. Empty: the request named none. `other`: further versions of an app on a day that had many.',
    }),
    slug: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'As it is now, or was when it was deleted. Null: not known.' }),
    ...COUNTS,
    ...TIMES,
  })
  .meta({ id: 'UsageGroup' })

const Flag = z
  .object({
    kind: z.enum(FLAG_KINDS).meta({
      description: [
        'spike: in the last whole hour more than three times as many requests as in the highest hour of the seven days before.',
        'provider-rejects-key: the provider refused the key in the last 24 hours.',
        'provider-leaked-key: an answer of the provider held the key in the last seven days, and was cut off.',
        'failures: more than half of the requests of an hour failed at the provider, after less than a tenth the day before.',
        'unattested: more than a fifth of an app’s requests of the last 24 hours were unattested, twice the share of the week before.',
        'awake: a secret is used that was not used for 30 days.',
      ].join(' '),
    }),
    subject: z.object({
      kind: z.enum(['service', 'app', 'secret']),
      id: z.string(),
      slug: z.string().nullable(),
      name: z.string().nullable(),
    }),
    since: Timestamp.meta({ description: 'The hour in which it was first seen.' }),
    observed: z.number().meta({
      description:
        'spike, awake: requests in that hour. provider-rejects-key, provider-leaked-key: requests that it happened to. failures, unattested: per cent of the requests.',
    }),
    usual: z.number().nullable().meta({ description: 'The same before. Null where any at all is unusual.' }),
    advice: z.string().meta({ description: 'What to do.' }),
  })
  .meta({ id: 'UnusualPattern' })

export const AnalyticsView = z
  .object({
    from: Timestamp,
    to: Timestamp,
    step: z.enum(STEPS),
    by: z.enum(GROUPINGS),
    talliedThrough: Timestamp.nullable().meta({
      description: 'Up to when the access log has been counted. Null: nothing of it yet.',
    }),
    totals: Usage.meta({ description: 'Of the whole range.' }),
    series: z.array(Point).meta({ description: 'One for each step of the range, with zeros where nothing happened.' }),
    groups: z.array(Group).meta({
      description: `By requests, at most ${ANALYTICS_LIMITS.groupsMax}. A request with several secrets counts once for each.`,
    }),
    moreGroups: count('How many groups are not shown.'),
    faults: z
      .array(z.object({ code: z.string(), count: z.int() }))
      .meta({ description: 'Refusals and failures of the range by their code, the most frequent first.' }),
    unusual: z.array(Flag).meta({
      description:
        'Patterns that may mean that a key is in the wrong hands, or is about to fail. Of the whole organization as it is now, whatever the range and the filters.',
    }),
  })
  .meta({ id: 'Analytics' })
