import type { Attestation } from '@protectmyapi/service-kit/credentials/app-session'
import { newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import type { AppleEnvironment } from '../attestation/attestation-settings.js'
import type { Actor } from '../audit/audit-entry.js'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import type { Change } from '../feed/commit-change.js'
import type { FeedEntry } from '../feed/feed-entry.js'
import type { Claim } from '../http/route.js'
import { APP_LIMITS } from './app-schemas.js'
import { type AppDeps, findApp } from './app-store.js'
import { markRevoked } from './mark-revoked.js'

export interface DebugTokenRecord {
  readonly id: string
  readonly name: string
  readonly created_at: Date
  readonly created_by: string
  readonly expires_at: Date
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

export interface DeviceRecord {
  readonly id: string
  readonly kind: Attestation
  readonly debug_token_id: string | null
  readonly bundle_id: string | null
  readonly environment: AppleEnvironment | null
  readonly generation: string
  readonly created_at: Date
  readonly last_seen_at: Date
  readonly revoked_at: Date | null
}

interface Which {
  readonly organizationId: string
  readonly appId: string
  readonly before?: string | undefined
  readonly limit: number
}

export function listDebugTokens(db: Knex, which: Which): Promise<DebugTokenRecord[]> {
  return pageOfApp(db('debug_tokens'), which).select<DebugTokenRecord[]>('*')
}

export function listDevices(db: Knex, which: Which): Promise<DeviceRecord[]> {
  const page = pageOfApp(db('devices'), which).select('*').as('page')
  return db(page)
    .leftJoin('app_attest_keys', 'app_attest_keys.device_id', 'page.id')
    .orderBy('page.id', 'desc')
    .select<DeviceRecord[]>('page.*', 'app_attest_keys.bundle_id', 'app_attest_keys.environment')
}

/** Newest first: people look for what they have just made, and what has ended stays in the list. */
function pageOfApp(query: Knex.QueryBuilder, { organizationId, appId, before, limit }: Which): Knex.QueryBuilder {
  query.where({ organization_id: organizationId, app_id: appId })
  if (before !== undefined) query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit)
}

/** Answers the token, which cannot be shown again: only its hash is kept. @throws Fault APP_NOT_FOUND, CONFLICT. */
export async function createDebugToken(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; name: string; expiresInHours: number; claim: Claim },
): Promise<{ record: DebugTokenRecord; token: string }> {
  const token = newToken('debug')
  const id = newId('debugToken')
  const { result } = await commitChange(actor, async (trx): Promise<Change<DebugTokenRecord>> => {
    await asked.claim(trx, id)
    const app = await findApp(trx, org.id, asked.app, 'lock')
    await refuseTooMany(trx, org.id, app.id)
    const record = returnedRow(
      await trx('debug_tokens')
        .insert({
          id,
          organization_id: org.id,
          app_id: app.id,
          name: asked.name,
          token_hash: tokenHash(token),
          created_by: actor.id,
          expires_at: trx.raw('now() + make_interval(hours => ?)', [asked.expiresInHours]),
        })
        .returning<DebugTokenRecord[]>('*'),
    )
    return {
      result: record,
      feed: [],
      audit: [
        {
          organizationId: org.id,
          event: 'debug-token.created',
          targetId: record.id,
          details: { app: app.id, name: record.name },
        },
      ],
    }
  })
  return { record: result, token }
}

/** Revokes a debug token, its devices and their sessions. A repeated revocation waits as the first one did. */
export async function revokeDebugToken(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; id: string },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const app = await findApp(trx, org.id, asked.app)
    await markRevoked(trx, 'debug_tokens', { organization_id: org.id, app_id: app.id, id: asked.id })
    const feed = await revokeDevices(trx, org.id, app.id, { debug_token_id: asked.id })
    return {
      result: undefined,
      feed,
      audit: [
        { organizationId: org.id, event: 'debug-token.revoked', targetId: asked.id, details: { devices: feed.length } },
      ],
    }
  })
}

/** @throws Fault APP_NOT_FOUND, NOT_FOUND. */
export async function revokeDevice(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  asked: { app: string; id: string },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const app = await findApp(trx, org.id, asked.app)
    const feed = await revokeDevices(trx, org.id, app.id, { id: asked.id })
    if (feed.length === 0) throw new Fault('NOT_FOUND', 'no such device')
    return { result: undefined, feed, audit: [{ organizationId: org.id, event: 'device.revoked', targetId: asked.id }] }
  })
}

/** RETRYWAITS: the generation rises even if a device was revoked before, so that this answer waits as the first did. */
async function revokeDevices(
  trx: Knex.Transaction,
  organizationId: string,
  appId: string,
  which: Record<string, string>,
): Promise<FeedEntry[]> {
  const rows = await trx('devices')
    .where({ organization_id: organizationId, app_id: appId, ...which })
    .update({ revoked_at: trx.raw('coalesce(revoked_at, now())'), generation: trx.raw('generation + 1') })
    .returning<{ id: string; generation: string }[]>(['id', 'generation'])
  const ids = rows.map(({ id }) => id)
  await trx('app_sessions')
    .where('organization_id', organizationId)
    .whereIn('device_id', ids)
    .whereNull('revoked_at')
    .update({ revoked_at: trx.raw('now()') })
  return rows.map(({ id, generation }) => ({ kind: 'device', id, generation: Number(generation) }))
}

async function refuseTooMany(trx: Knex.Transaction, organizationId: string, appId: string): Promise<void> {
  const inForce = trx('debug_tokens')
    .where({ organization_id: organizationId, app_id: appId, revoked_at: null })
    .whereRaw('expires_at > now()')
  if (!(await isFull(inForce, APP_LIMITS.debugTokensPerApp))) return
  throw new Fault('CONFLICT', 'too many debug tokens', {
    say: `An app has at most ${APP_LIMITS.debugTokensPerApp} debug tokens in force. Revoke one first.`,
  })
}
