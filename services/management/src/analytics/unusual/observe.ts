import type { Read } from '../../db/read.js'
import type { Observed } from './find-unusual.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The kinds of subjects, with the table and the column that count each. */
const SUBJECTS = [
  { kind: 'service', table: 'usage_hours', column: 'service_id' },
  { kind: 'app', table: 'usage_hours', column: 'app_id' },
  { kind: 'secret', table: 'usage_secrets', column: 'secret_id' },
] as const

/** For each kind, in one answer. An empty id is of entries that named none. */
const ofEach = (select: (subject: (typeof SUBJECTS)[number]) => string): string =>
  SUBJECTS.map(select).join(' UNION ALL ')

const MOMENT = 'to_timestamp(?::float8 / 1000)'
const hourMs = (hour: string): string => `(extract(epoch FROM ${hour}) * 1000)::float8`

/** Reads what the unusual patterns of an organization are found in. */
export async function observe(read: Read, organizationId: string, nowMs: number): Promise<Observed> {
  const thisHourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  const lastHourMs = thisHourMs - HOUR_MS
  return {
    nowMs,
    hours: await read(
      `SELECT kind, id, ${hourMs('hour')} AS "hourMs", requests, failed FROM (${ofEach(
        ({
          kind,
          table,
          column,
        }) => `SELECT '${kind}' AS kind, ${column} AS id, hour, sum(requests)::float8 AS requests,
          sum(failed)::float8 AS failed FROM ${table}
        WHERE organization_id = ? AND hour >= ${MOMENT} AND ${column} <> '' GROUP BY ${column}, hour`,
      )}) AS one ORDER BY hour, kind, id`,
      SUBJECTS.flatMap(() => [organizationId, thisHourMs - 2 * DAY_MS]),
    ),
    highest: await read(
      ofEach(
        ({ kind, table, column }) => `SELECT '${kind}' AS kind, id, max(requests)::float8 AS requests FROM (
          SELECT ${column} AS id, sum(requests) AS requests FROM ${table}
          WHERE organization_id = ? AND hour >= ${MOMENT} AND hour < ${MOMENT} GROUP BY ${column}, hour
        ) AS hourly GROUP BY id`,
      ),
      SUBJECTS.flatMap(() => [organizationId, lastHourMs - 7 * DAY_MS, lastHourMs]),
    ),
    keyFaults: await read(
      `SELECT code, service_id AS "serviceId", ${hourMs('hour')} AS "hourMs", sum(requests)::float8 AS requests
       FROM usage_faults WHERE organization_id = ? AND hour >= ${MOMENT}
         AND code IN ('UPSTREAM_LEAKED_KEY', 'UPSTREAM_REJECTED_KEY')
       GROUP BY code, service_id, hour ORDER BY hour, service_id`,
      [organizationId, nowMs - 7 * DAY_MS],
    ),
    apps: await attestations(read, organizationId, nowMs),
    secrets: await read(
      `SELECT first.id, ${hourMs('first.hour')} AS "hourMs", requests,
         ${hourMs('created_at')} AS "createdMs",
         (SELECT ${hourMs('max(hour)')} FROM usage_secrets AS earlier
          WHERE earlier.organization_id = secrets.organization_id AND earlier.secret_id = first.id
            AND earlier.hour < first.hour AND earlier.hour >= first.hour - interval '31 days') AS "beforeMs"
       FROM (
         SELECT DISTINCT ON (secret_id) secret_id AS id, hour, sum(requests)::float8 AS requests FROM usage_secrets
         WHERE organization_id = ? AND hour >= ${MOMENT} AND requests > 0
         GROUP BY secret_id, hour ORDER BY secret_id, hour
       ) AS first JOIN secrets ON secrets.id = first.id AND secrets.organization_id = ? ORDER BY first.id`,
      [organizationId, nowMs - DAY_MS, organizationId],
    ),
    reachesBackMs: await reachesBack(read, organizationId),
  }
}

interface AppRow {
  readonly id: string
  readonly last: number
  readonly lastUnattested: number
  readonly before: number
  readonly beforeUnattested: number
  readonly firstUnattestedMs: number | null
}

/** Of apps that are under audit now, because under another policy none or all requests are unattested. */
async function attestations(read: Read, organizationId: string, nowMs: number): Promise<Observed['apps']> {
  const rows = await read<AppRow>(
    `SELECT apps.id, coalesce(sum(requests) FILTER (WHERE hour >= day), 0)::float8 AS last,
       coalesce(sum(unattested) FILTER (WHERE hour >= day), 0)::float8 AS "lastUnattested",
       coalesce(sum(requests) FILTER (WHERE hour < day), 0)::float8 AS before,
       coalesce(sum(unattested) FILTER (WHERE hour < day), 0)::float8 AS "beforeUnattested",
       ${hourMs('min(hour) FILTER (WHERE hour >= day AND unattested > 0)')} AS "firstUnattestedMs"
     FROM (SELECT ${MOMENT} AS day) AS since, apps
     JOIN usage_hours ON usage_hours.organization_id = apps.organization_id AND app_id = apps.id
     WHERE apps.organization_id = ? AND policy = 'audit' AND deleted_at IS NULL
       AND hour >= day - interval '7 days' GROUP BY apps.id ORDER BY apps.id`,
    [nowMs - DAY_MS, organizationId],
  )
  return rows.map(({ id, last, lastUnattested, before, beforeUnattested, firstUnattestedMs }) => ({
    id,
    last: { requests: last, unattested: lastUnattested },
    before: { requests: before, unattested: beforeUnattested },
    firstUnattestedMs: firstUnattestedMs ?? nowMs,
  }))
}

async function reachesBack(read: Read, organizationId: string): Promise<number | null> {
  const [row] = await read<{ first: number | null }>(
    `SELECT ${hourMs('min(hour)')} AS first FROM usage_hours WHERE organization_id = ?`,
    [organizationId],
  )
  return row?.first ?? null
}
