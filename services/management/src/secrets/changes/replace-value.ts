import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
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
  /** What the secret is called, as far as the caller knows. Required for bindings to internal services. */
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
