import { canonicalJson } from '../http/canonical-json.js'
import { printed } from './chain-rows.js'
import { storedJson } from './stored-json.js'

/**
 * The canonical form of an entry: a JSON list of what its row holds, with members of objects in order. It is made from
 * the given values when the entry is appended, and from those read back when it is verified, so it must not depend on
 * how Postgres keeps JSON. Part of the format: never changed. `day` and `batch` are not in it, because they belong to
 * the batch.
 */
export interface AccessEntry {
  readonly bootId: string
  readonly shard: number
  readonly sequence: number | string
  readonly kind: string
  readonly atMs: number | string
  readonly requestId: string
  readonly organizationId: string
  /** Canonical JSON. */
  readonly content: string
}

export function accessEntryText(of: AccessEntry): string {
  const { bootId, shard, sequence, kind, atMs, requestId, organizationId, content } = of
  const place = JSON.stringify([bootId, shard, String(sequence), kind, String(atMs), requestId, organizationId])
  return `${place.slice(0, -1)},${content}]`
}

/** An entry as it is read back, by the names of ACCESS_LOG_ROW: numbers are decimal text, and JSON is text. */
export interface AccessLogRow extends Omit<AccessEntry, 'content'> {
  readonly entry: string
}

export const accessRowText = (row: AccessLogRow): string => accessEntryText({ ...row, content: storedJson(row.entry) })

/** Columns of access_log, under these names. */
export const ACCESS_LOG_ROW = `boot_id AS "bootId", shard, sequence, kind,
  ${printed('pg_catalog.trim_scale(extract(epoch FROM at) * 1000.0)')} AS "atMs", request_id AS "requestId",
  organization_id AS "organizationId", ${printed('entry')} AS entry`

export interface AuditRow {
  readonly id: string
  readonly organizationId: string | null
  /** Decimal, with a fraction, because rows get their time from Postgres. */
  readonly atMs: string
  readonly actorKind: string
  readonly actorId: string
  readonly actorToken: string | null
  readonly event: string
  readonly targetId: string | null
  /** JSON, as Postgres prints it. */
  readonly details: string
  readonly requestId: string | null
}

export function auditEntryText(row: AuditRow): string {
  const { id, organizationId, atMs, actorKind, actorId, actorToken, event, targetId, details, requestId } = row
  const before = canonicalJson([id, organizationId, atMs, actorKind, actorId, actorToken, event, targetId])
  return `${before.slice(0, -1)},${storedJson(details)},${canonicalJson(requestId)}]`
}

/** Columns of audit, under these names. */
export const AUDIT_ROW = `id, organization_id AS "organizationId",
  ${printed('pg_catalog.trim_scale(extract(epoch FROM at) * 1000.0)')} AS "atMs", actor_kind AS "actorKind", actor_id AS "actorId",
  actor_token AS "actorToken", event, target_id AS "targetId", ${printed('details')} AS details, request_id AS "requestId"`
