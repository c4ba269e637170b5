import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import { retireCredentials } from '../attestation/credentials/credential-rows.js'
import type { Actor } from '../audit/audit-entry.js'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import { unlessSlugTaken } from '../db/unless-slug-taken.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { WaitUntilSeen } from '../feed/wait-until-seen.js'
import type { Precondition } from '../http/precondition.js'
import type { Claim } from '../http/route.js'
import { lockForCreation } from '../orgs/org-store.js'
import { APP_LIMITS, type AppPatch, type NewApp } from './app-schemas.js'
import { type AppRecord, presentApp } from './present-app.js'

export interface AppDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly waitUntilSeen: Pick<WaitUntilSeen, 'everything'>
}

const living = (db: Knex, organizationId: string) =>
  db('apps').where({ organization_id: organizationId, deleted_at: null })

/** An app that is not deleted, by id or slug. */
export async function appOf(
  db: Knex,
  organizationId: string,
  idOrSlug: string,
  lock?: 'lock',
): Promise<AppRecord | undefined> {
  const query = living(db, organizationId).where((either) => either.where('id', idOrSlug).orWhere('slug', idOrSlug))
  if (lock) query.forUpdate()
  return query.first<AppRecord | undefined>('*')
}

/** @throws Fault APP_NOT_FOUND. */
export async function findApp(db: Knex, organizationId: string, idOrSlug: string, lock?: 'lock'): Promise<AppRecord> {
  const record = await appOf(db, organizationId, idOrSlug, lock)
  if (!record) throw appNotFound()
  return record
}

export const appNotFound = (): Fault =>
  new Fault('APP_NOT_FOUND', 'no such app', { say: 'No such app in this organization. Check the id or slug.' })

export function listApps(
  db: Knex,
  organizationId: string,
  which: { after: string | undefined; limit: number },
): Promise<AppRecord[]> {
  const query = living(db, organizationId)
  if (which.after !== undefined) query.where('id', '>', which.after)
  return query.orderBy('id').limit(which.limit).select<AppRecord[]>('*')
}

/** @throws Fault CONFLICT where the slug is taken. */
export async function createApp(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  { asked, claim }: { asked: NewApp; claim: Claim },
): Promise<AppRecord> {
  const id = newId('app')
  const { result } = await commitChange(actor, async (trx) => {
    await claim(trx, id)
    return insertApp(trx, org.id, { ...asked, id, externalVersion: null })
  })
  return result
}

/** @throws Fault CONFLICT where the slug is taken, or the organization has too many apps. */
export async function insertApp(
  trx: Knex.Transaction,
  organizationId: string,
  asked: NewApp & { id: string; externalVersion: string | null },
): Promise<Change<AppRecord>> {
  await lockForCreation(trx, organizationId)
  if (await isFull(living(trx, organizationId), APP_LIMITS.appsPerOrganization))
    throw new Fault('CONFLICT', 'too many apps', {
      say: `An organization has at most ${APP_LIMITS.appsPerOrganization} apps.`,
    })
  const { id, externalVersion, ...settings } = asked
  const record = await unlessSlugTaken('apps', async () =>
    returnedRow(
      await trx('apps')
        .insert({
          id,
          organization_id: organizationId,
          token: newToken('app'),
          ...columnsOf(settings),
          external_version: externalVersion,
        })
        .returning<AppRecord[]>('*'),
    ),
  )
  const { slug, policy, attestation } = record
  const details = { slug, policy, quotas: record.quotas, attestation }
  // No feed row, because no proxy holds anything of a new app.
  return { result: record, feed: [], audit: [{ organizationId, event: 'app.created', targetId: record.id, details }] }
}

/** Proxies discard the app's routes even if nothing changed: the answer says "in force" (RETRYWAITS). Sessions stay. */
export async function updateApp(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  { app, patch, precondition }: { app: string; patch: AppPatch; precondition: Precondition },
): Promise<AppRecord> {
  const { result } = await commitChange(actor, async (trx): Promise<Change<AppRecord>> => {
    const before = await findApp(trx, org.id, app, 'lock')
    await precondition(async () => presentApp(before))
    const after = await bumpApp(trx, org.id, before.id, { ...columnsOf(patch), external_version: null })
    const { slug, policy, enabled, quotas, attestation } = after
    const details = { slug, fields: Object.keys(patch), policy, enabled, quotas, attestation }
    return {
      result: after,
      feed: [feedOf(after)],
      audit: [{ organizationId: org.id, event: 'app.updated', targetId: after.id, details }],
    }
  })
  return result
}

/** @throws Fault APP_NOT_FOUND, PRECONDITION_FAILED. */
export async function deleteApp(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  { app, precondition }: { app: string; precondition: Precondition },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const before = await findApp(trx, org.id, app, 'lock')
    await precondition(async () => presentApp(before))
    const after = await bumpApp(trx, org.id, before.id, { deleted_at: trx.raw('now()') })
    // The background work of the credentials has the vault destroy them.
    await retireCredentials(trx, org.id, before.id)
    return {
      result: undefined,
      feed: [feedOf(after)],
      audit: [{ organizationId: org.id, event: 'app.deleted', targetId: after.id, details: { slug: after.slug } }],
    }
  })
}

/** The columns of the settings that are given. Those with more than one value are stored as JSON. */
export function columnsOf(given: AppPatch): Record<string, unknown> {
  const { limits, quotas, attestation, ...plain } = given
  const json = Object.entries({ limits, quotas, attestation })
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => [column, JSON.stringify(value)])
  const set = Object.entries(plain).filter(([, value]) => value !== undefined)
  return Object.fromEntries([...set, ...json])
}

export function bumpApp(
  trx: Knex.Transaction,
  organizationId: string,
  id: string,
  columns: Record<string, unknown>,
): Promise<AppRecord> {
  const bumped = { ...columns, generation: trx.raw('generation + 1'), updated_at: trx.raw('now()') }
  return unlessSlugTaken('apps', async () =>
    returnedRow(
      await trx('apps').where({ organization_id: organizationId, id }).update(bumped).returning<AppRecord[]>('*'),
    ),
  )
}

export const feedOf = ({ id, generation }: AppRecord) => ({ kind: 'app' as const, id, generation: Number(generation) })
