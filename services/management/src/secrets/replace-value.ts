import { type Bindings, bindingsAllow, bindingsBytes } from '@protectmyapi/service-kit/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { Actor } from '../audit/audit-entry.js'
import type { Committed } from '../feed/commit-change.js'
import type { Precondition } from '../http/precondition.js'
import { checkExpiry } from './check-expiry.js'
import { destroyBelow } from './destroy-versions.js'
import { maskValue } from './mask-value.js'
import { explicitBindings } from './propose-bindings.js'
import { putAndActivate } from './put-and-activate.js'
import type { SecretDeps, UsesOf } from './secret-deps.js'
import { secretBytes } from './secret-input.js'
import { activeOrAbsent, lockSecret, type SecretRow } from './secret-rows.js'
import { showSecretRow } from './show-secret.js'
import { intendReplacement } from './write-steps.js'

export interface NewValue {
  readonly organizationId: string
  readonly secretId: string
  readonly value: string
  /** Absent: the same ones. */
  readonly bindings?: Bindings | undefined
  /** Absent: the same, unless it has passed. */
  readonly expiresAt?: Date | null | undefined
  readonly precondition?: Precondition | undefined
}

/**
 * Replaces the value; answers when no request that starts now uses the old one. Bindings change in this way alone, with
 * the whole value entered again: an administrator who can edit services cannot send a key that they do not have.
 *
 * @throws Fault SECRET_NOT_FOUND, INVALID_REQUEST, CONFLICT (with the services that would break), UNAVAILABLE.
 */
export async function replaceValue(deps: SecretDeps, actor: Actor, asked: NewValue): Promise<Committed<string>> {
  checkExpiry(asked.expiresAt ?? null, deps.clock)
  const given = asked.bindings && explicitBindings(asked.bindings)
  const value = secretBytes(asked.value)
  try {
    const { result } = await deps.commitChange(actor, async (trx) => {
      const secret = activeOrAbsent(await lockSecret(trx, asked.organizationId, asked.secretId))
      await asked.precondition?.(() => showSecretRow(trx, secret))
      const bindings = given ?? secret.bindings
      await refuseToBreak(trx, deps.usesOf, secret, bindings)
      const intent = await intendReplacement(trx, secret, {
        versionId: newId('version'),
        mask: maskValue(asked.value),
        bindings,
        expiresAt: expiryOf(secret, asked, deps.clock.wallMs()),
        actorId: actor.id,
      })
      return { ...intent, result: { intent: intent.result, bindings } }
    })
    const inForce = await putAndActivate(deps, actor, result.intent, { value, bindings: result.bindings })
    await destroyBelow(deps, result.intent)
    return { result: asked.secretId, inForce }
  } finally {
    value.wipe()
  }
}

function expiryOf(secret: SecretRow, { expiresAt }: NewValue, nowMs: number): Date | null {
  if (expiresAt !== undefined) return expiresAt
  return secret.expiresAt !== null && secret.expiresAt.getTime() > nowMs ? secret.expiresAt : null
}

async function refuseToBreak(trx: Knex, usesOf: UsesOf, secret: SecretRow, bindings: Bindings): Promise<void> {
  if (bindingsBytes(bindings).equals(bindingsBytes(secret.bindings))) return
  const uses = await usesOf(trx, secret.organizationId, secret.id)
  const broken = uses.filter(({ origin, placement }) => !bindingsAllow(bindings, origin, placement))
  if (broken.length === 0) return
  const slugs = [...new Set(broken.map(({ service }) => service.slug))]
  throw new Fault('CONFLICT', `new bindings of ${secret.id} would break ${slugs.join(', ')}`, {
    say: `These bindings would break the API services ${slugs.join(', ')}, which put the secret elsewhere. Update them first, or keep their places in the bindings.`,
    errors: slugs.map((slug) => ({ pointer: '/bindings', detail: `The API service ${slug} would break.` })),
  })
}
