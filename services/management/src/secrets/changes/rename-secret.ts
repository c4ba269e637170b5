import { type Bindings, normalizeBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
import { countsFor, saidByOf } from '../bindings-said.js'
import type { SecretDeps } from '../secret-deps.js'
import { activeOrAbsent, lockSecret, lockVersion, type SecretRow } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { nameTaken } from '../write-protocol/write-steps.js'

const UNIQUE_VIOLATION = '23505'

interface Renaming {
  readonly organizationId: string
  readonly secretId: string
  readonly name: string
  readonly precondition?: Precondition
}

/**
 * Gives a secret another name. API services refer to it by id, so nothing changes for proxies and no wait is needed.
 *
 * @throws Fault SECRET_NOT_FOUND; CONFLICT if the name is taken, or if internal services ask for the secret by its name.
 */
export async function renameSecret(
  { commitChange }: Pick<SecretDeps, 'commitChange'>,
  actor: Actor,
  { organizationId, secretId, name, precondition }: Renaming,
): Promise<void> {
  await commitChange(actor, async (trx) => {
    const secret = activeOrAbsent(await lockSecret(trx, organizationId, secretId))
    await precondition?.(() => showSecretRow(trx, secret))
    if (secret.name === name) return { result: undefined, feed: [], audit: [] }
    await refuseWhereAskedByName(trx, secret)
    const { userId, token } = saidByOf(actor)
    await trx('secrets')
      .where({ organization_id: organizationId, id: secretId })
      .update({ name, renamed_by: userId, renamed_token: token, updated_at: trx.raw('clock_timestamp()') })
      .catch((thrown: unknown) => {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === UNIQUE_VIOLATION) throw nameTaken(name)
        throw thrown
      })
    await takeOverWords(trx, actor, { organizationId, secretId })
    const details = { from: secret.name, to: name, bindings: secret.bindings }
    return {
      result: undefined,
      feed: [],
      audit: [{ organizationId, event: 'secret.renamed', targetId: secretId, details }],
    }
  })
}

/**
 * Internal services ask for a secret by its name. If names could be exchanged, an administrator could make a service send
 * one key to where its code sends another. Versions under way count too, because their bindings come into force later.
 */
async function refuseWhereAskedByName(trx: Knex, { organizationId, id, name, bindings }: SecretRow): Promise<void> {
  const pending = await trx('secret_versions')
    .where({ organization_id: organizationId, secret_id: id, state: 'pending' })
    .select<{ bindings: Bindings }[]>('bindings')
  const services = new Set(
    [bindings, ...pending.map((version) => normalizeBindings(version.bindings))].flatMap((one) => one.services),
  )
  if (services.size === 0) return
  throw new Fault('CONFLICT', 'a secret that internal services ask for by its name', {
    say: `Internal services ask for ${name} by its name: ${[...services].join(', ')}. Create a secret of the new name with the value, have them ask for that one, then delete this one.`,
  })
}

/**
 * The person who renames a secret counts from then on as having set its bindings, if they could have kept them
 * (bindings-said.ts). Otherwise an administrator could exchange two names, and with them the destinations of the next
 * values. Bindings that the person could not have kept count as set by nobody, because the person was not shown them.
 * The same holds for a version under way, which comes into force later.
 */
async function takeOverWords(
  trx: Knex,
  actor: Actor,
  { organizationId, secretId }: Pick<Renaming, 'organizationId' | 'secretId'>,
): Promise<void> {
  const versions = await trx('secret_versions')
    .where({ organization_id: organizationId, secret_id: secretId })
    .whereIn('state', ['active', 'pending'])
    .select<{ id: string }[]>('id')
  for (const { id } of versions) {
    const said = (await lockVersion(trx, organizationId, id))?.bindingsSaidBy ?? null
    const word = (await countsFor(trx, actor, organizationId, said)) ? saidByOf(actor) : null
    await trx('secret_versions')
      .where({ organization_id: organizationId, id })
      .update({ bindings_by: word?.userId ?? null, bindings_token: word?.token ?? null })
  }
}
