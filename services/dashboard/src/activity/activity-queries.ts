import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { listOptions } from '../api/pages.js'
import { Problem } from '../api/problem.js'
import type { AccessEntry, AuditEntry, InternalServiceGrant, Progress, Verdict } from '../api/types.js'
import { readVerification } from './read-verification.js'
import type { TimeRange } from './time-range.js'

export const accessLogOptions = (org: string, range: TimeRange) =>
  listOptions<AccessEntry>(['org', org, 'access-log', 'requests', range], (query) =>
    answerOf(api.GET('/orgs/{org}/access-log', { params: { path: { org }, query: { ...query, ...range } } })),
  )

export const grantsOptions = (org: string, range: TimeRange) =>
  listOptions<InternalServiceGrant>(['org', org, 'access-log', 'internal-services', range], (query) =>
    answerOf(
      api.GET('/orgs/{org}/access-log/internal-services', { params: { path: { org }, query: { ...query, ...range } } }),
    ),
  )

export const auditOptions = (org: string, range: TimeRange) =>
  listOptions<AuditEntry>(['org', org, 'audit', range], (query) =>
    answerOf(api.GET('/orgs/{org}/audit', { params: { path: { org }, query: { ...query, ...range } } })),
  )

/** What is chained and can be verified. */
export type Chained = 'audit' | 'access-log'

/** Verifies one of the two records, from beginning to end. */
export function verdictOptions(org: string, chained: Chained, onProgress: (progress: Progress) => void) {
  return queryOptions({
    queryKey: ['org', org, chained, 'verdict'],
    queryFn: ({ signal }) => fetchVerdict(org, chained, onProgress, signal),
    // A verdict is of one moment: never kept, and asked for by a person only.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}

async function fetchVerdict(
  org: string,
  chained: Chained,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Verdict> {
  const asked = { params: { path: { org } }, parseAs: 'stream', signal } as const
  const body = await answerOf(
    chained === 'audit' ? api.GET('/orgs/{org}/audit/verify', asked) : api.GET('/orgs/{org}/access-log/verify', asked),
  )
  if (!body) throw new Problem({})
  return readVerification(body, onProgress)
}
