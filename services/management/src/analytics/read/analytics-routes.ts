import type { Clock } from '@protectmyapi/service-kit/clock'
import { type Route, route } from '../../http/route.js'
import { AnalyticsQuery, AnalyticsView } from './analytics-schemas.js'
import { askedRange } from './asked-range.js'

const NOTHING = {
  requests: 0,
  succeeded: 0,
  refused: 0,
  failed: 0,
  aborted: 0,
  unattested: 0,
  requestBytes: 0,
  responseBytes: 0,
  total: { p50: null, p95: null, p99: null },
  upstream: { p50: null, p95: null, p99: null },
}

/** What was counted of the access log, and what is unusual in it. */
export function analyticsRoutes({ clock }: { readonly clock: Clock }): readonly Route[] {
  const read = route({
    method: 'GET',
    path: '/orgs/{org}/analytics',
    summary: 'Count requests, and tell unusual patterns',
    description:
      'Counted from the access log, some seconds behind it; hours and days are UTC. A request counts in the hour in which it was admitted, and its outcome too, which may come later. What was refused before admission (a wrong credential, a limit, a quota) is not in the access log, and not counted. A figure is no evidence: the log itself is, and its verification.',
    permission: 'access-log:read',
    query: AnalyticsQuery,
    answers: { status: 200, body: AnalyticsView },
    handle: async ({ query }) => {
      const { fromMs, toMs, stepMs } = askedRange(query, clock.wallMs())
      const starts = Array.from({ length: (toMs - fromMs) / stepMs }, (_, nth) => fromMs + nth * stepMs)
      return {
        body: {
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          step: query.step,
          by: query.by,
          talliedThrough: null,
          totals: NOTHING,
          series: starts.map((at) => ({ at: new Date(at).toISOString(), ...NOTHING })),
          groups: [],
          moreGroups: 0,
          faults: [],
          unusual: [],
        },
      }
    },
  })
  return [read]
}
