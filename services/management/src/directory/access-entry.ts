import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { NEAR_DAYS } from '../access-log/near-days.js'
import { storable } from '../access-log/storable.js'

/** `granted`: to an internal service, by management itself. No proxy writes one. */
type EntryKind = 'admitted' | 'finished' | 'void' | 'granted'

/** An entry on its way into the inbox. */
export interface InboxEntry {
  readonly bootId: string
  readonly shard: number
  readonly sequence: number
  readonly kind: EntryKind
  readonly atMs: number
  readonly requestId: string
  readonly organizationId: string
  readonly entry: object
}

const LIMITS = {
  idCharsMax: 64,
  /** Of one text in an entry. Paths are cut at 512 bytes by the proxy. */
  textCharsMax: 1_024,
} as const

/** Checked and written out field by field. @throws Fault INVALID_REQUEST for what no proxy of ours sends. */
export function toInboxEntry(bootId: string, wire: AccessEntry__Output): InboxEntry {
  const sound =
    isId('boot', bootId) &&
    Number.isInteger(wire.shard) &&
    wire.shard >= 0 &&
    Number.isSafeInteger(wire.sequence) &&
    wire.sequence > 0 &&
    Number.isSafeInteger(wire.atMs) &&
    wire.atMs >= 0 &&
    isShort(wire.requestId) &&
    isShort(wire.organizationId)
  const kind = KINDS[wire.kind]
  if (!sound || !kind) throw new Fault('INVALID_REQUEST', 'an access entry out of shape')
  const { shard, sequence, atMs, requestId, organizationId } = wire
  return { bootId, shard, sequence, kind, atMs, requestId, organizationId, entry: contentOf(kind, wire) }
}

const KINDS = {
  ENTRY_KIND_UNSPECIFIED: undefined,
  ENTRY_KIND_ADMITTED: 'admitted',
  ENTRY_KIND_FINISHED: 'finished',
  ENTRY_KIND_VOID: 'void',
} as const

const isShort = (id: string): boolean => id.length > 0 && id.length <= LIMITS.idCharsMax && storable(id) === id

function contentOf(kind: EntryKind, { subject, outcome }: AccessEntry__Output): object {
  if (kind === 'admitted') {
    if (!subject) throw new Fault('INVALID_REQUEST', 'an admitted entry without its subject')
    return {
      app: text(subject.appId),
      service: text(subject.serviceId),
      device: text(subject.deviceId),
      session: text(subject.sessionId),
      secrets: subject.secrets.map(({ secretId, versionId, generation, name }) => ({
        id: text(secretId),
        version: text(versionId),
        generation,
        name: text(name),
      })),
      method: text(subject.method),
      path: text(subject.path),
      sourceAddress: text(subject.sourceAddress),
      platform: text(subject.platform),
      appVersion: text(subject.appVersion),
      unattested: subject.unattested,
    }
  }
  if (!outcome) {
    if (kind === 'void') return {}
    throw new Fault('INVALID_REQUEST', 'a finished entry without its outcome')
  }
  return {
    status: outcome.status,
    fault: text(outcome.fault),
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    upstreamMs: outcome.upstreamMs,
    totalMs: outcome.totalMs,
    aborted: outcome.aborted,
  }
}

/** What Postgres cannot store, in a path, must not hold up the entries beside it. Cut first: a cut can halve a pair. */
const text = (value: string): string => storable(value.slice(0, LIMITS.textCharsMax))

/** Writes entries; what is there already stays as it is. Entries are immutable. Answers how many were not there. */
export async function writeInbox(trx: Knex, entries: readonly InboxEntry[]): Promise<number> {
  if (entries.length === 0) return 0
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO access_inbox (boot_id, shard, sequence, kind, at, request_id, organization_id, entry)
     SELECT "bootId", shard, sequence, kind, to_timestamp("atMs" / 1000.0), "requestId", "organizationId", entry
     FROM jsonb_to_recordset(?::jsonb) AS given ("bootId" text, shard integer, sequence bigint, kind text, "atMs" bigint,
       "requestId" text, "organizationId" text, entry jsonb)
     ORDER BY "bootId", shard, sequence
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(entries)],
  )
  return rowCount
}

/** Which of these are on record already, in the inbox or drained from it: by place, the request that took it. */
export async function onRecord(trx: Knex, entries: readonly InboxEntry[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await trx.raw<{ rows: { boot_id: string; shard: number; sequence: string; request_id: string }[] }>(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset(?::jsonb) AS given ("bootId" text, shard integer, sequence bigint)
     )
     SELECT held.boot_id, held.shard, held.sequence, held.request_id FROM given
     JOIN access_inbox AS held ON held.boot_id = given."bootId" AND held.shard = given.shard AND held.sequence = given.sequence
     UNION ALL
     SELECT held.boot_id, held.shard, held.sequence, held.request_id FROM given JOIN access_log AS held
     ON held.day = ANY (${NEAR_DAYS}) AND held.boot_id = given."bootId" AND held.shard = given.shard AND held.sequence = given.sequence`,
    [JSON.stringify(entries.map(({ bootId, shard, sequence }) => ({ bootId, shard, sequence })))],
  )
  return new Map(
    rows.map((row) => [placeOf({ bootId: row.boot_id, shard: row.shard, sequence: row.sequence }), row.request_id]),
  )
}

/** Numbers of Postgres may come as text. */
interface Place {
  readonly bootId: string
  readonly shard: number | string
  readonly sequence: number | string
}

export const placeOf = ({ bootId, shard, sequence }: Place): string => `${bootId}/${shard}/${sequence}`
