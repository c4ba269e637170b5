import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
import { countsFor } from '../bindings-said.js'
import { explicitBindings } from '../propose-bindings.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { activeOrAbsent, lockSecret, type SecretRow } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { intendNext } from '../write-protocol/intend.js'
import { putInPlace, type Replaced } from '../write-protocol/put-and-activate.js'
import { checkExpiry } from './check-expiry.js'

export interface NewValue {
  readonly organizationId: string
  readonly secretId: string
  /**
   * What the secret is called, as far as the caller knows. Required for bindings to internal services, and without
   * bindings if somebody else has renamed the secret.
   */
  readonly name?: string | undefined
  readonly value: string
  /** If absent, the present bindings are kept. */
  readonly bindings?: Bindings | undefined
  /** If absent, the present expiry is kept unless it has passed. */
  readonly expiresAt?: Date | null | undefined
  readonly precondition?: Precondition | undefined
}

/**
 * Replaces the value. Answers when no request that starts from then on uses the old value, which the vault then erases.
 *
 * @throws Fault SECRET_NOT_FOUND, PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT (with the services that would break, or
 * for a secret of another name), UNAVAILABLE.
 */
export async function replaceValue(deps: SecretDeps, actor: Actor, asked: NewValue): Promise<Replaced> {
  checkExpiry(asked.expiresAt ?? null, deps.clock)
  const bindings = asked.bindings && explicitBindings(asked.bindings, deps.privateUpstreams)
  requireName(asked.name, bindings)
  const value = secretBytes(asked.value)
  try {
    const { result } = await deps.commitChange(actor, async (trx) => {
      const secret = activeOrAbsent(await lockSecret(trx, asked.organizationId, asked.secretId))
      await asked.precondition?.(() => showSecretRow(trx, secret))
      refuseAnotherName(secret, asked.name)
      if (asked.name === undefined && !bindings) await refuseOthersName(trx, actor, secret)
      // The external version is removed, because it named the value that automation had put.
      return intendNext(trx, deps, actor, secret, { ...asked, bindings, externalVersion: null })
    })
    const { intent, ...sealed } = result
    return await putInPlace(deps, actor, intent, { value, ...sealed })
  } finally {
    value.wipe()
  }
}

/**
 * Internal services ask for a secret by its name, and an id stays the same when the name changes. An administrator could
 * otherwise exchange the names of two secrets while neither is bound to a service, and whoever then puts a value by id,
 * with the service in its bindings, would serve it under the other's name.
 */
function requireName(name: string | undefined, bindings: Bindings | undefined): void {
  if (name !== undefined || !bindings || bindings.services.length === 0) return
  const detail =
    'Say the name of the secret as well: internal services ask for it by its name. Or put the value by name.'
  throw new Fault('INVALID_REQUEST', 'bindings to internal services without a name', {
    errors: [{ pointer: '/name', detail }],
  })
}

function refuseAnotherName(secret: SecretRow, name: string | undefined): void {
  if (name === undefined || name === secret.name) return
  throw new Fault('CONFLICT', 'a value for a secret that has another name', {
    say: `This secret is called ${secret.name}, not ${name}. If the value is for it all the same, say its present name.`,
  })
}

/**
 * The name decides which kept bindings are right: a person means those that were set for the name that they know, or that
 * a preset recommends for it. An administrator could otherwise rename the secret until its kept bindings catch the value,
 * for example to a name that a preset knows, or exchange the names of two secrets and wait for both to be repaired by
 * name.
 */
async function refuseOthersName(trx: Knex, actor: Actor, secret: SecretRow): Promise<void> {
  const { organizationId, name, renamedBy } = secret
  if (!renamedBy || (await countsFor(trx, actor, organizationId, renamedBy))) return
  const say = `Somebody else, or another token, has renamed this secret to ${name}. If the value is for it, send the bindings. Where those that are there are yours or an owner’s, its name is enough.`
  throw new Fault('CONFLICT', 'a value without name and bindings for a secret that somebody else has renamed', {
    say,
    errors: [{ pointer: '/name', detail: say }],
  })
}
