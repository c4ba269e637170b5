import type { FurnishedTrail } from './furnished-trail.js'

/** The batch of the entries that a superuser adds. No link names it. */
export const PLANTED_BATCH = 99_000_001

/** The SQL that adds one such entry to the trail. */
export const plantEntry = ({ table, organizationId }: Pick<FurnishedTrail, 'table' | 'organizationId'>): string =>
  table === 'audit'
    ? `INSERT INTO audit (id, organization_id, actor_kind, actor_id, event, batch)
       VALUES ('aud_9001', '${organizationId}', 'user', 'x', 'forged', ${PLANTED_BATCH});`
    : `INSERT INTO access_log (day, boot_id, shard, sequence, kind, at, request_id, organization_id, entry, batch)
       VALUES (current_date, 'boot', 1, 9001, 'admitted', now(), 'req', '${organizationId}', '{}', ${PLANTED_BATCH});`
