import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { CHAIN_LIMITS } from '../../chain/chain-limits.js'
import type { BatchRow } from '../../chain/chain-rows.js'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { COUNTED, TIMES } from '../counted-columns.js'
import { BUCKETS } from '../histogram.js'
import { BEGUN, ENDED } from './read-entry-sql.js'

/**
 * Adds the entries of these links to the counts. A request counts when it was admitted, its outcome when that is known,
 * both in the hour of the admission. What has only one of the two waits for the other: an outcome usually comes in a
 * later link than its request, and may come in an earlier one, because proxies write by several ways.
 *
 * Returns the time of the latest entry that is not of the future.
 */
export async function countEntries(
  trx: Knex.Transaction,
  organizationId: string,
  links: readonly Pick<BatchRow, 'batch' | 'day' | 'entries'>[],
): Promise<Date | null> {
  // Estimates for what a WITH gives are wrong by far: a loop within a loop over it would take minutes, and compiling the
  // statement takes longer than running it.
  await trx.raw('SET LOCAL enable_nestloop = off; SET LOCAL jit = off')
  // A link without a batch, which somebody wrote by hand, has no entries.
  const given = links.map(({ batch, day, entries }) => ({ batch: batch || null, day, entries }))
  const { rows } = await trx.raw<{ rows: { latest: Date | null }[] }>(COUNT, [organizationId, JSON.stringify(given)])
  return rows[0]?.latest ?? null
}

/** Entries of the links, no more of one than a link may have. */
const LOGGED = `
  given AS (SELECT ?::text AS organization, ?::json AS links),
  link AS (
    SELECT organization, link.* FROM given, json_to_recordset(links) AS link (batch bigint, day date, entries integer)
  ),
  logged AS (
    SELECT entry.*, entry.day::timestamp AT TIME ZONE 'UTC' AS day_begins FROM link CROSS JOIN LATERAL (
      SELECT access_log.day, kind, at, request_id, entry FROM access_log
      WHERE access_log.day = link.day AND organization_id = link.organization AND access_log.batch = link.batch
      LIMIT greatest(least(link.entries, ${CHAIN_LIMITS.batchEntriesMax}), 0)
    ) AS entry WHERE length(request_id) <= ${ANALYTICS_LIMITS.idCharsMax}
  )`

/** The versions of an app that come first on a day, the most frequent first among those that come together. */
const VERSIONS = `
  asked AS (
    SELECT DISTINCT ON (request_id) ${BEGUN} FROM logged WHERE kind = 'admitted' ORDER BY request_id
  ),
  dated AS (SELECT *, (hour AT TIME ZONE 'UTC')::date AS day FROM asked),
  held AS (
    SELECT app_id, day, app_version FROM given, usage_versions
    WHERE organization_id = organization AND (app_id, day) IN (SELECT app_id, day FROM dated)
  ),
  ranked AS (
    SELECT app_id, day, app_version, row_number() OVER (
      PARTITION BY app_id, day ORDER BY is_held DESC, requests DESC, app_version
    ) AS place, is_held
    FROM (
      SELECT app_id, day, app_version, bool_or(is_held) AS is_held, count(*) AS requests FROM (
        SELECT app_id, day, app_version, true AS is_held FROM held
        UNION ALL SELECT app_id, day, app_version, false FROM dated WHERE app_version <> ''
      ) AS version GROUP BY app_id, day, app_version
    ) AS version
  ),
  added AS (
    INSERT INTO usage_versions (organization_id, app_id, day, app_version)
    SELECT organization, app_id, day, app_version FROM given, ranked
    WHERE NOT is_held AND place <= ${ANALYTICS_LIMITS.versionsMax}
    ON CONFLICT DO NOTHING
  ),
  begun AS (
    SELECT request_id, hour, app_id, service_id, platform, secret_ids, unattested,
      CASE WHEN app_version = '' OR place <= ${ANALYTICS_LIMITS.versionsMax} THEN app_version ELSE 'other' END AS app_version
    FROM dated LEFT JOIN ranked USING (app_id, day, app_version)
  )`

/** Pairs requests with their outcomes. A void entry that says nothing holds a place of the record, and ends nothing. */
const PAIRS = `
  ended AS (
    SELECT DISTINCT ON (request_id) ${ENDED} FROM logged
    WHERE kind IN ('finished', 'void') AND entry <> '{}' ORDER BY request_id, kind
  ),
  ended_before AS (
    DELETE FROM usage_early USING given, begun
    WHERE organization_id = organization AND usage_early.request_id = begun.request_id
    RETURNING usage_early.*
  ),
  ending AS (
    SELECT DISTINCT ON (request_id) * FROM (
      SELECT * FROM ended
      UNION ALL SELECT request_id, outcome, code, request_bytes, response_bytes, total_bucket, upstream_bucket
      FROM ended_before
    ) AS known ORDER BY request_id
  ),
  begun_before AS (
    DELETE FROM usage_open USING given, ended
    WHERE organization_id = organization AND usage_open.request_id = ended.request_id
      AND NOT EXISTS (SELECT FROM begun WHERE begun.request_id = usage_open.request_id)
    RETURNING usage_open.*
  ),
  opened AS (
    INSERT INTO usage_open
      (organization_id, request_id, hour, app_id, service_id, platform, app_version, secret_ids)
    SELECT organization, request_id, hour, app_id, service_id, platform, app_version, secret_ids FROM given, begun
    WHERE NOT EXISTS (SELECT FROM ending WHERE ending.request_id = begun.request_id)
    ON CONFLICT DO NOTHING
  ),
  early AS (
    INSERT INTO usage_early (organization_id, request_id, outcome, code, request_bytes, response_bytes, total_bucket, upstream_bucket)
    SELECT organization, ended.* FROM given, ended
    WHERE NOT EXISTS (SELECT FROM begun WHERE begun.request_id = ended.request_id)
      AND NOT EXISTS (SELECT FROM begun_before WHERE begun_before.request_id = ended.request_id)
    ON CONFLICT DO NOTHING
  )`

/** Each request and each outcome, under what it counts. */
const FACTS = `
  fact AS (
    SELECT hour, app_id, service_id, platform, app_version, secret_ids, 1 AS requests, unattested, '' AS outcome,
      '' AS code, 0 AS request_bytes, 0 AS response_bytes, NULL::integer AS total_bucket, NULL::integer AS upstream_bucket
    FROM begun
    UNION ALL
    SELECT hour, app_id, service_id, platform, app_version, secret_ids, 0, false, outcome,
      code, request_bytes, response_bytes, total_bucket, upstream_bucket
    FROM (
      SELECT request_id, hour, app_id, service_id, platform, app_version, secret_ids FROM begun
      UNION ALL
      SELECT request_id, hour, app_id, service_id, platform, app_version, secret_ids FROM begun_before
    ) AS request JOIN ending USING (request_id)
  )`

const outcomes = (outcome: string): string => `count(*) FILTER (WHERE outcome = '${outcome}')`
const histogram = (column: string): string =>
  `ARRAY[${BUCKETS.map((bucket) => `count(*) FILTER (WHERE ${column} = ${bucket})`).join(', ')}]::integer[]`

const SUMS = [
  'sum(requests)',
  ...['succeeded', 'refused', 'failed', 'aborted'].map(outcomes),
  'count(*) FILTER (WHERE unattested)',
  'sum(request_bytes)',
  'sum(response_bytes)',
  histogram('total_bucket'),
  histogram('upstream_bucket'),
].join(', ')

/** Adds the facts to a table of counts, by these columns. */
function added(table: 'usage_hours' | 'usage_secrets', by: string, from: string): string {
  const key = `organization_id, hour, ${by}`
  const numbers = COUNTED.map((column) => `${column} = ${table}.${column} + EXCLUDED.${column}`)
  const times = TIMES.map(
    (column) => `${column} = ARRAY(
      SELECT held + more FROM unnest(${table}.${column}, EXCLUDED.${column}) WITH ORDINALITY AS pair (held, more, place)
      ORDER BY place
    )`,
  )
  return `
    INSERT INTO ${table} (${key}, ${[...COUNTED, ...TIMES].join(', ')})
    SELECT organization, hour, ${by}, ${SUMS} FROM given, ${from} GROUP BY organization, hour, ${by}
    ON CONFLICT (${key}) DO UPDATE SET ${[...numbers, ...times].join(', ')}`
}

const COUNT = `
  WITH ${LOGGED}, ${VERSIONS}, ${PAIRS}, ${FACTS},
  hours AS (${added('usage_hours', 'app_id, service_id, platform, app_version', 'fact')}),
  secrets AS (${added('usage_secrets', 'app_id, service_id, secret_id', 'fact CROSS JOIN LATERAL unnest(secret_ids) AS secret_id')}),
  faults AS (
    INSERT INTO usage_faults (organization_id, hour, app_id, service_id, code, requests)
    SELECT organization, hour, app_id, service_id, code, count(*) FROM given, fact WHERE code <> ''
    GROUP BY organization, hour, app_id, service_id, code
    ON CONFLICT (organization_id, hour, app_id, service_id, code)
    DO UPDATE SET requests = usage_faults.requests + EXCLUDED.requests
  )
  SELECT max(at) FILTER (WHERE at <= clock_timestamp()) AS latest FROM logged`
