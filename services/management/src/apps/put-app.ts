import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import { Slug } from '../http/fields.js'
import type { Precondition } from '../http/precondition.js'
import { lockForCreation } from '../orgs/org-store.js'
import type { AppPut } from './app-schemas.js'
import { type AppDeps, appNotFound, appOf, bumpApp, columnsOf, feedOf, insertApp } from './app-store.js'
import { type AppRecord, presentApp } from './present-app.js'

export interface PutApp {
  /** The slug, or the id of an existing app. */
  readonly slug: string
  readonly given: AppPut
  readonly precondition: Precondition
}

export interface AppWasPut {
  readonly outcome: 'created' | 'replaced' | 'unchanged'
  readonly app: AppRecord
}

/**
 * Creates or replaces the app of this slug as a whole, except its token. If `externalVersion` is already in force,
 * nothing is changed, and the answer waits as the first one did.
 *
 * @throws Fault APP_NOT_FOUND, PRECONDITION_FAILED, CONFLICT.
 */
export async function putApp(
  deps: AppDeps,
  actor: Actor,
  org: CallOrg,
  { slug, given, precondition }: PutApp,
): Promise<AppWasPut> {
  const { result } = await deps.commitChange<AppWasPut>(actor, async (trx) => {
    const before = (await appOf(trx, org.id, slug, 'lock')) ?? (await findAlone(trx, org.id, slug))
    // The id of no existing app cannot serve as the slug of a new one.
    if (!before && !Slug.safeParse(slug).success) throw appNotFound()
    await precondition(async () => before && presentApp(before))
    const externalVersion = given.externalVersion ?? null
    if (!before) {
      const made = await insertApp(trx, org.id, { ...given, id: newId('app'), slug, externalVersion })
      return { ...made, result: { outcome: 'created', app: made.result } }
    }
    if (externalVersion !== null && externalVersion === before.external_version) {
      return { result: { outcome: 'unchanged', app: before }, feed: [], audit: [] }
    }
    const { externalVersion: _, ...settings } = given
    const columns = { ...columnsOf(settings), external_version: externalVersion }
    const app = await bumpApp(trx, org.id, before.id, columns)
    const { policy, enabled, quotas, attestation } = app
    const details = { slug: app.slug, policy, enabled, quotas, attestation }
    return {
      result: { outcome: 'replaced', app },
      feed: [feedOf(app)],
      audit: [{ organizationId: org.id, event: 'app.replaced', targetId: app.id, details }],
    }
  })
  // RETRYWAITS: the put that made this state may still be waiting.
  if (result.outcome === 'unchanged') await deps.waitUntilSeen.everything()
  return result
}

/** If two requests create the same slug at the same time, the lock lets the second find the first one's app. */
async function findAlone(trx: Knex.Transaction, organizationId: string, slug: string): Promise<AppRecord | undefined> {
  await lockForCreation(trx, organizationId)
  return appOf(trx, organizationId, slug, 'lock')
}
