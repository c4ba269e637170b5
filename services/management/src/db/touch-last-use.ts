import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'

/**
 * Notes that a credential is used now, unless that was noted less than so many seconds ago: of many requests at once,
 * one writes. It does not wait for the row. Otherwise an attacker who held the row would see each reader come before
 * the reading (ADR 24).
 */
export async function touchLastUse(
  db: Knex,
  table: 'sign_ins' | 'personal_tokens',
  id: string,
  everySeconds: number,
): Promise<void> {
  const free = db(table).where('id', id).forUpdate().skipLocked().select('id')
  await db(table)
    .whereIn('id', free)
    .whereRaw('(last_used_at IS NULL OR last_used_at < now() - make_interval(secs => ?))', [everySeconds])
    .update({ last_used_at: db.raw('now()') })
}
