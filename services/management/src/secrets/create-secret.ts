import type { Bindings } from '@protectmyapi/service-kit/bindings'
import type { Actor } from '../audit/audit-entry.js'
import type { Committed } from '../feed/commit-change.js'
import { checkExpiry } from './check-expiry.js'
import { intendFirst } from './intend.js'
import { proposeBindings } from './propose-bindings.js'
import { putAndActivate } from './put-and-activate.js'
import type { SecretDeps } from './secret-deps.js'
import { secretBytes } from './secret-input.js'

export interface NewSecret {
  readonly organizationId: string
  readonly name: string
  readonly value: string
  readonly bindings?: Bindings | undefined
  readonly preset?: string | undefined
  readonly expiresAt: Date | null
}

/** Creates a secret; answers its id once it is in force. @throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE. */
export async function createSecret(deps: SecretDeps, actor: Actor, asked: NewSecret): Promise<Committed<string>> {
  checkExpiry(asked.expiresAt, deps.clock)
  const bindings = proposeBindings(deps.presets, asked)
  const value = secretBytes(asked.value)
  try {
    const { result } = await deps.commitChange(actor, (trx) =>
      intendFirst(trx, actor, { ...asked, bindings, externalVersion: null }),
    )
    const inForce = await putAndActivate(deps, actor, result.intent, { value, bindings })
    return { result: result.intent.secretId, inForce }
  } finally {
    value.wipe()
  }
}
