import { FAULTS } from '@protectmyapi/service-kit/faults'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import { TIME_BOUNDS_MS } from '../histogram.js'

/*
 * SQL that reads fields of an entry in the shape that the directory writes (directory/record/access-entry.ts). A
 * superuser may have altered an entry. One that raised an error here would stop the tally of its organization, so
 * anything of the wrong shape reads as nothing; `verify` names the entry.
 */

const { idCharsMax, secretsMax } = ANALYTICS_LIMITS
const { numberMax } = ANALYTICS_LIMITS.tally

type Field = 'app' | 'service' | 'platform' | 'appVersion' | 'fault'
const text = (field: Field): string =>
  `CASE WHEN jsonb_typeof(entry->'${field}') = 'string' AND length(entry->>'${field}') <= ${idCharsMax}
   THEN entry->>'${field}' ELSE '' END`

const number = (field: 'status' | 'requestBytes' | 'responseBytes' | 'totalMs' | 'upstreamMs'): string =>
  `CASE WHEN jsonb_typeof(entry->'${field}') = 'number'
   THEN least(greatest((entry->>'${field}')::numeric, 0), ${numberMax})::bigint ELSE 0 END`

const isTrue = (field: 'unattested' | 'aborted'): string => `coalesce(entry->'${field}' = 'true', false)`

/**
 * The hour of an entry, by its proxy's clock. A time that is days off its day of the log, or infinite, is that of a
 * wrong clock or of nobody: it counts at the beginning of that day.
 */
const HOUR = `CASE WHEN at >= day_begins - interval '1 day' AND at < day_begins + interval '2 days'
  THEN date_trunc('hour', at, 'UTC') ELSE day_begins END`

/** Columns of an admitted request. */
export const BEGUN = `request_id, ${HOUR} AS hour, ${text('app')} AS app_id, ${text('service')} AS service_id,
  ${text('platform')} AS platform, ${text('appVersion')} AS app_version, ${isTrue('unattested')} AS unattested,
  ARRAY(
    SELECT DISTINCT item->>'id' FROM jsonb_array_elements(
      CASE WHEN jsonb_typeof(entry->'secrets') = 'array' THEN entry->'secrets' ELSE '[]' END
    ) AS item
    WHERE jsonb_typeof(item->'id') = 'string' AND length(item->>'id') <= ${idCharsMax} LIMIT ${secretsMax}
  ) AS secret_ids`

/** A code that this version does not know, because a later one wrote it or somebody else. */
const UNKNOWN_CODE = 'OTHER'
const CODES = Object.keys(FAULTS)
  .map((code) => `'${code}'`)
  .join(', ')
const CODE = `CASE WHEN ${text('fault')} IN ('', ${CODES}) THEN ${text('fault')} ELSE '${UNKNOWN_CODE}' END`

/** A fault decides before everything else: of an answer that was cut, it says who did that. */
const OUTCOME = `CASE
  WHEN kind = 'void' THEN 'refused'
  WHEN ${text('fault')} LIKE 'UPSTREAM\\_%' THEN 'failed'
  WHEN ${text('fault')} <> '' THEN 'refused'
  WHEN ${isTrue('aborted')} THEN 'aborted'
  WHEN ${number('status')} BETWEEN 100 AND 399 THEN 'succeeded'
  ELSE 'failed' END`

/** Which count of a histogram: the first bound that is not below the time. */
const bucket = (field: 'totalMs' | 'upstreamMs'): string =>
  `width_bucket(${number(field)} - 1, ARRAY[${TIME_BOUNDS_MS.join(', ')}]::bigint[]) + 1`

/** Columns of how a request ended. A request that never left has no times, one without an answer no provider's. */
export const ENDED = `request_id, ${OUTCOME} AS outcome, ${CODE} AS code, ${number('requestBytes')} AS request_bytes,
  ${number('responseBytes')} AS response_bytes,
  CASE WHEN kind = 'finished' THEN ${bucket('totalMs')} END AS total_bucket,
  CASE WHEN kind = 'finished' AND ${text('fault')} = '' AND ${number('status')} > 0
  THEN ${bucket('upstreamMs')} END AS upstream_bucket`
