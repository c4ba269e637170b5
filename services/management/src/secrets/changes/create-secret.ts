import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Actor } from '../../audit/audit-entry.js'
import type { Committed } from '../../feed/commit-change.js'
import type { Claim } from '../../http/route.js'
import { proposeBindings } from '../propose-bindings.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { intendFirst } from '../write-protocol/intend.js'
import { putAndActivate } from '../write-protocol/put-and-activate.js'
import { checkExpiry } from './check-expiry.js'

export interface NewSecret {
  readonly organizationId: string
  readonly name: string
  readonly value: string
  readonly bindings?: Bindings | undefined
  readonly preset?: string | undefined
  readonly expiresAt: Date | null
  readonly claim?: Claim
}

/** Creates a secret and answers its id once it is in force. @throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE. */
export async function createSecret(deps: SecretDeps, actor: Actor, asked: NewSecret): Promise<Committed<string>> {
  checkExpiry(asked.expiresAt, deps.clock)
  const bindings = proposeBindings(deps, asked)
  const value = secretBytes(asked.value)
  const secretId = newId('secret')
  try {
    const { result } = await deps.commitChange(actor, async (trx) => {
      await asked.claim?.(trx, secretId)
      return intendFirst(trx, actor, { ...asked, secretId, bindings, externalVersion: null })
    })
    const { intent, ...sealed } = result
    const inForce = await putAndActivate(deps, actor, intent, { value, ...sealed })
    return { result: secretId, inForce }
  } finally {
    value.wipe()
  }
}
