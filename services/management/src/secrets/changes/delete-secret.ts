import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import type { Change, InForce } from '../../feed/commit-change.js'
import type { Precondition } from '../../http/precondition.js'
import type { SecretDeps } from '../secret-deps.js'
import { lockSecret, type SecretRow, servicesUsing } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { destroyBelow } from '../write-protocol/destroy-versions.js'

interface Deletion {
  readonly organizationId: string
  readonly secretId: string
  /** Only if it still has this name: it was found by it, before it was locked. */
  readonly name?: string
  /** Deletes the secret even if services use it. They will answer SECRET_NOT_FOUND. */
  readonly force: boolean
  readonly precondition?: Precondition
}

type Deleted = { readonly generation: number } | 'gone-before'

/**
 * Deletes a secret. Answers when no request that starts from then on uses it.
 *
 * @throws Fault SECRET_IN_USE with the services' names; SECRET_NOT_FOUND.
 */
export async function deleteSecret(deps: SecretDeps, actor: Actor, asked: Deletion): Promise<InForce> {
  const { result, inForce } = await deps.commitChange<Deleted>(actor, async (trx) => {
    const secret = await lockSecret(trx, asked.organizationId, asked.secretId)
    if (secret?.state === 'deleted') return { result: 'gone-before', feed: [], audit: [] }
    if (secret?.state !== 'active') throw absent()
    if (asked.name !== undefined && asked.name !== secret.name) throw absent()
    await asked.precondition?.(() => showSecretRow(trx, secret))
    if (!asked.force) await refuseInUse(trx, secret)
    return markDeleted(trx, secret, asked.force)
  })
  if (result === 'gone-before') {
    // RETRYWAITS: "absent" tells the client that the deletion is in force, and the first deletion may still be waiting.
    await deps.waitUntilSeen.everything()
    throw absent()
  }
  await destroyBelow(deps, { ...asked, generation: result.generation }, inForce)
  return inForce
}

async function markDeleted(trx: Knex, secret: SecretRow, force: boolean): Promise<Change<Deleted>> {
  const { organizationId, id, name } = secret
  const generation = secret.generation + 1
  await trx('secrets')
    .where({ organization_id: organizationId, id })
    .update({
      state: 'deleted',
      generation,
      deleted_at: trx.raw('clock_timestamp()'),
      updated_at: trx.raw('clock_timestamp()'),
    })
  // A version that is being put stays pending. When it is settled, the secret will be found deleted.
  await trx('secret_versions')
    .where({ organization_id: organizationId, secret_id: id, state: 'active' })
    .update({ state: 'superseded', superseded_at: trx.raw('clock_timestamp()') })
  return {
    result: { generation },
    feed: [{ kind: 'secret', id, generation }],
    audit: [{ organizationId, event: 'secret.deleted', targetId: id, details: { name, force } }],
  }
}

async function refuseInUse(trx: Knex, { organizationId, id, name }: SecretRow): Promise<void> {
  const users = (await servicesUsing(trx, organizationId, [id])).get(id) ?? []
  if (users.length === 0) return
  const names = users.map((service) => service.name)
  throw new Fault('SECRET_IN_USE', `secret ${id} is used by ${users.length} services`, {
    say: `The secret ${name} is used by the API services ${names.join(', ')}. Update them first, or delete with ?force=true; they will then answer SECRET_NOT_FOUND.`,
    errors: users.map((service) => ({
      pointer: `/services/${service.slug}`,
      detail: `${service.name} uses this secret.`,
    })),
  })
}

const absent = (): Fault => new Fault('SECRET_NOT_FOUND', 'no such secret in force')
