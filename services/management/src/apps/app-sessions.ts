import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change } from '../feed/commit-change.js'
import { type AppDeps, findApp } from './app-store.js'
import { markRevoked } from './mark-revoked.js'

export interface AppSessionRecord {
  readonly id: string
  readonly device_id: string
  readonly created_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
}

/** A session in force has generation 1. Each revocation feeds generation 2, even if it is repeated. */
const REVOKED_GENERATION = 2

/** Newest first, because a device in use has many sessions and people look for the last one. */
export function listAppSessions(
  db: Knex,
  organizationId: string,
  appId: string,
  which: { before: string | undefined; limit: number },
): Promise<AppSessionRecord[]> {
  const query = db('app_sessions')
    .where({ organization_id: organizationId, app_id: appId })
    .whereRaw('expires_at > clock_timestamp()')
  if (which.before !== undefined) query.where('id', '<', which.before)
  return query
    .orderBy('id', 'desc')
    .limit(which.limit)
    .select<AppSessionRecord[]>('id', 'device_id', 'created_at', 'expires_at', 'revoked_at')
}

/**
 * Ends one session. Its device may buy another. RETRYWAITS: a repeated revocation feeds again, and waits as the first.
 *
 * @throws Fault APP_NOT_FOUND; NOT_FOUND, also for a session that expired long ago.
 */
export async function revokeAppSession(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; id: string },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const app = await findApp(trx, org.id, asked.app)
    await markRevoked(trx, 'app_sessions', { organization_id: org.id, app_id: app.id, id: asked.id })
    return {
      result: undefined,
      feed: [{ kind: 'session', id: asked.id, generation: REVOKED_GENERATION }],
      audit: [{ organizationId: org.id, event: 'session.revoked', targetId: asked.id, details: { app: app.id } }],
    }
  })
}
