import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import type { Change, Committed } from '../../feed/commit-change.js'
import type { FeedEntry } from '../../feed/feed-entry.js'
import type { Precondition } from '../../http/precondition.js'
import type { SecretDeps } from '../secret-deps.js'
import { activeOrAbsent, lockSecret } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { checkExpiry } from './check-expiry.js'

interface Ending {
  readonly organizationId: string
  readonly secretId: string
  readonly expiresAt: Date | null
  readonly precondition?: Precondition
}

/**
 * Changes or removes a secret's expiry, and keeps its value. Routes hold the expiry that they were read with, so
 * proxies discard the routes of services that use the secret. The secret's own generation stays, because the vault has
 * sealed it with the value.
 *
 * @throws Fault SECRET_NOT_FOUND; INVALID_REQUEST for an expiry that has passed.
 */
export async function changeExpiry(
  { commitChange, clock }: Pick<SecretDeps, 'commitChange' | 'clock'>,
  actor: Actor,
  { organizationId, secretId, expiresAt, precondition }: Ending,
): Promise<Committed<undefined>> {
  checkExpiry(expiresAt, clock)
  return commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const secret = activeOrAbsent(await lockSecret(trx, organizationId, secretId))
    await precondition?.(() => showSecretRow(trx, secret))
    await trx('secrets')
      .where({ organization_id: organizationId, id: secretId })
      .update({ expires_at: expiresAt, updated_at: trx.raw('clock_timestamp()') })
    // A replacement under way was requested before this change and must not bring the old expiry back.
    await trx('secret_versions')
      .where({ organization_id: organizationId, secret_id: secretId })
      .whereIn('state', ['active', 'pending'])
      .update({ expires_at: expiresAt })
    const details = { name: secret.name, expiresAt: expiresAt?.toISOString() ?? null }
    return {
      result: undefined,
      feed: await bumpServicesNaming(trx, organizationId, secretId),
      audit: [{ organizationId, event: 'secret.expiry-changed', targetId: secretId, details }],
    }
  })
}

async function bumpServicesNaming(
  trx: Knex.Transaction,
  organizationId: string,
  secretId: string,
): Promise<readonly FeedEntry[]> {
  const naming = trx('service_secrets')
    .where({ organization_id: organizationId, secret_id: secretId })
    .select('service_id')
  const rows = await trx('services')
    .where({ organization_id: organizationId, deleted_at: null })
    .whereIn('id', naming)
    .update({ generation: trx.raw('generation + 1') })
    .returning<{ id: string; generation: string }[]>(['id', 'generation'])
  return rows.map(({ id, generation }) => ({ kind: 'service', id, generation: Number(generation) }))
}
