import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
import { saidByOf } from '../bindings-said.js'
import type { SecretDeps } from '../secret-deps.js'
import { activeOrAbsent, lockSecret } from '../secret-rows.js'
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
 * Gives a secret another name. Services name it by id, so nothing of the data plane changes and nobody is waited for.
 *
 * @throws Fault SECRET_NOT_FOUND, CONFLICT.
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
    await trx('secrets')
      .where({ organization_id: organizationId, id: secretId })
      .update({ name, updated_at: trx.raw('clock_timestamp()') })
      .catch((thrown: unknown) => {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === UNIQUE_VIOLATION) throw nameTaken(name)
        throw thrown
      })
    // Who gives a name says where values of that name go: two names exchanged would exchange two keys.
    const { userId, token } = saidByOf(actor)
    await trx('secret_versions')
      .where({ organization_id: organizationId, secret_id: secretId })
      .whereIn('state', ['active', 'pending'])
      .update({ bindings_by: userId, bindings_token: token })
    const details = { from: secret.name, to: name }
    return {
      result: undefined,
      feed: [],
      audit: [{ organizationId, event: 'secret.renamed', targetId: secretId, details }],
    }
  })
}
