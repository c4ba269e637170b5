import type { Bindings } from '@protectmyapi/service-kit/bindings'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Actor } from '../audit/audit-entry.js'
import type { Committed } from '../feed/commit-change.js'
import { checkExpiry } from './check-expiry.js'
import { maskValue } from './mask-value.js'
import { proposeBindings } from './propose-bindings.js'
import { putAndActivate } from './put-and-activate.js'
import type { SecretDeps } from './secret-deps.js'
import { secretBytes } from './secret-input.js'
import { intendCreation } from './write-steps.js'

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
    const { result: intent } = await deps.commitChange(actor, (trx) =>
      intendCreation(trx, asked.organizationId, {
        secretId: newId('secret'),
        versionId: newId('version'),
        name: asked.name,
        mask: maskValue(asked.value),
        bindings,
        expiresAt: asked.expiresAt,
        actorId: actor.id,
      }),
    )
    const inForce = await putAndActivate(deps, actor, intent, { value, bindings })
    return { result: intent.secretId, inForce }
  } finally {
    value.wipe()
  }
}
