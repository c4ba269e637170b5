import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { TimeRange } from '../../http/time-range.js'
import type { LogCursor } from './log-cursor.js'

export interface LogPage extends TimeRange {
  readonly before: LogCursor | undefined
  readonly limit: number
}

/** A page of one kind of entries, newest first. */
export function newestFirst(entries: Knex.QueryBuilder, { before, limit, since, until }: LogPage): Knex.QueryBuilder {
  if (before)
    entries.whereRaw('(at, request_id) < (pg_catalog.to_timestamp(?::float8 / 1000::float8), ?)', [
      before.atMs,
      before.requestId,
    ])
  if (since) entries.where('at', '>=', since)
  if (until) entries.where('at', '<', until)
  return entries
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'request_id', order: 'desc' },
    ])
    .limit(limit)
}

/** The time that a cursor names, in milliseconds. */
export const AT_MS = '(extract(epoch FROM at) * 1000.0)::float8 AS at_ms'
