import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
import { explicitBindings } from '../propose-bindings.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { activeOrAbsent, lockSecret } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { intendNext } from '../write-protocol/intend.js'
import { putInPlace, type Replaced } from '../write-protocol/put-and-activate.js'
import { checkExpiry } from './check-expiry.js'

export interface NewValue {
  readonly organizationId: string
  readonly secretId: string
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
 * @throws Fault SECRET_NOT_FOUND, PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT (with the services that would break),
 * UNAVAILABLE.
 */
export async function replaceValue(deps: SecretDeps, actor: Actor, asked: NewValue): Promise<Replaced> {
  checkExpiry(asked.expiresAt ?? null, deps.clock)
  const bindings = asked.bindings && explicitBindings(asked.bindings, deps.privateUpstreams)
  const value = secretBytes(asked.value)
  try {
    const { result } = await deps.commitChange(actor, async (trx) => {
      const secret = activeOrAbsent(await lockSecret(trx, asked.organizationId, asked.secretId))
      await asked.precondition?.(() => showSecretRow(trx, secret))
      // The external version is removed, because it named the value that automation had put.
      return intendNext(trx, deps, actor, secret, { ...asked, bindings, externalVersion: null })
    })
    const { intent, ...sealed } = result
    return await putInPlace(deps, actor, intent, { value, ...sealed })
  } finally {
    value.wipe()
  }
}
