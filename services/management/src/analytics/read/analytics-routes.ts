import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { z } from 'zod'
import { type Read, readNow } from '../../db/read.js'
import { type Route, route } from '../../http/route.js'
import { findUnusual } from '../unusual/find-unusual.js'
import type { Flag, SubjectKind } from '../unusual/flag.js'
import { observe } from '../unusual/observe.js'
import { AnalyticsQuery, AnalyticsView, type Grouping } from './analytics-schemas.js'
import { askedRange } from './asked-range.js'
import { filteredId } from './filtered-id.js'
import { nameSubjects, type SubjectNames } from './name-subjects.js'
import { readFaults, readGroups, readSeries, readTotals, type UsageGroup } from './read-usage.js'
import { talliedThrough } from './tallied-through.js'

/** What was counted of the access log, and what is unusual in it. */
export function analyticsRoutes({ db, clock }: { readonly db: Knex; readonly clock: Clock }): readonly Route[] {
  const read = route({
    method: 'GET',
    path: '/orgs/{org}/analytics',
    summary: 'Count requests, and tell unusual patterns',
    description:
      'Counted from the access log, some seconds behind it; hours and days are UTC. A request counts in the hour in which it was admitted, and its outcome too, which may come later. What was refused before admission (a wrong credential, a limit, a quota) is not in the access log, and not counted. A figure is no evidence: the log itself is, and its verification.',
    permission: 'access-log:read',
    query: AnalyticsQuery,
    answers: { status: 200, body: AnalyticsView },
    handle: async ({ org, query }) => {
      const nowMs = clock.wallMs()
      const range = askedRange(query, nowMs)
      // One state of the tables, so that the figures add up.
      const body = await db.transaction(async (trx) => show(readNow(trx), org.id, { query, range, nowMs }), {
        isolationLevel: 'repeatable read',
        readOnly: true,
      })
      return { body }
    },
  })
  return [read]
}

interface Asked {
  readonly query: z.output<typeof AnalyticsQuery>
  readonly range: ReturnType<typeof askedRange>
  readonly nowMs: number
}

async function show(
  read: Read,
  organizationId: string,
  { query, range, nowMs }: Asked,
): Promise<z.input<typeof AnalyticsView>> {
  const { step, by } = query
  const filter = {
    ...range,
    organizationId,
    service: await filteredId(read, 'services', organizationId, query.service),
    app: await filteredId(read, 'apps', organizationId, query.app),
  }
  const through = await talliedThrough(read, organizationId)
  const series = await readSeries(read, filter)
  const { groups, count } = await readGroups(read, filter, by)
  const flags = findUnusual(await observe(read, organizationId, nowMs))
  return {
    from: momentOf(range.fromMs),
    to: momentOf(range.toMs),
    step,
    by,
    talliedThrough: through?.toISOString() ?? null,
    totals: await readTotals(read, filter),
    series: series.map(({ at, ...usage }) => ({ at: at.toISOString(), ...usage })),
    groups: await named(read, organizationId, by, groups),
    moreGroups: count - groups.length,
    faults: [...(await readFaults(read, filter))],
    unusual: await presentFlags(read, organizationId, flags),
  }
}

const momentOf = (ms: number): string => new Date(ms).toISOString()

type Shown = z.input<typeof AnalyticsView>

async function named(
  read: Read,
  organizationId: string,
  by: Grouping,
  groups: readonly UsageGroup[],
): Promise<Shown['groups']> {
  const ids = groups.map(({ id }) => id)
  const hasNames = by !== 'platform' && by !== 'version'
  const names: SubjectNames = hasNames ? await nameSubjects(read, organizationId, by, ids) : new Map()
  return groups.map(({ id, ...usage }) => ({ id, ...nameIn(names, id), ...usage }))
}

const nameIn = (names: SubjectNames | undefined, id: string) => names?.get(id) ?? { slug: null, name: null }

async function presentFlags(read: Read, organizationId: string, flags: readonly Flag[]): Promise<Shown['unusual']> {
  const names = new Map<SubjectKind, SubjectNames>()
  for (const kind of new Set(flags.map(({ subject }) => subject.kind))) {
    const ids = flags.flatMap(({ subject }) => (subject.kind === kind ? [subject.id] : []))
    names.set(kind, await nameSubjects(read, organizationId, kind, ids))
  }
  return flags.map(({ kind, subject, sinceMs, observed, usual, advice }) => ({
    kind,
    subject: { kind: subject.kind, id: subject.id, ...nameIn(names.get(subject.kind), subject.id) },
    since: momentOf(sinceMs),
    observed,
    usual,
    advice,
  }))
}
