import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import type { Change } from '../../feed/commit-change.js'
import type { InForce } from '../../feed/in-force.js'
import type { Precondition } from '../../http/precondition.js'
import { lockForCreation } from '../../orgs/org-store.js'
import { bindingsIfSaid, proposeBindings } from '../propose-bindings.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { lockSecretByName, type SecretRow } from '../secret-rows.js'
import { showSecretRow } from '../show-secret.js'
import { type Intended, intendFirst, intendNext } from '../write-protocol/intend.js'
import { putInPlace } from '../write-protocol/put-and-activate.js'
import { underWay } from '../write-protocol/write-steps.js'
import { checkExpiry } from './check-expiry.js'

export interface NamedValue {
  readonly organizationId: string
  readonly name: string
  readonly value: string
  readonly bindings?: Bindings | undefined
  readonly preset?: string | undefined
  readonly expiresAt?: Date | null | undefined
  readonly externalVersion?: string | undefined
  readonly precondition: Precondition
}

export interface PutOutcome {
  readonly secretId: string
  readonly outcome: 'created' | 'replaced' | 'unchanged'
  readonly inForce: InForce
}

type Begun = { readonly outcome: 'unchanged'; readonly secretId: string } | (Intended & Pick<PutOutcome, 'outcome'>)

/**
 * Creates the secret of this name, or replaces its value if it exists. If `externalVersion` is already in force,
 * nothing is changed, and the answer waits as the first one did.
 *
 * @throws Fault PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT, UNAVAILABLE.
 */
export async function putSecretByName(deps: SecretDeps, actor: Actor, asked: NamedValue): Promise<PutOutcome> {
  checkExpiry(asked.expiresAt ?? null, deps.clock)
  const value = secretBytes(asked.value)
  try {
    const { result: begun } = await deps.commitChange(actor, (trx) => beginPut(trx, deps, actor, asked))
    // RETRYWAITS: the put that made this state may still be waiting.
    if (!('intent' in begun)) return { ...begun, inForce: await deps.waitUntilSeen.everything() }
    const { intent, outcome, ...sealed } = begun
    const { inForce, destroyed } = await putInPlace(deps, actor, intent, { value, ...sealed })
    await destroyed
    return { secretId: intent.secretId, outcome, inForce }
  } finally {
    value.wipe()
  }
}

/**
 * Step 1 of a put: a creation if there is no secret of the name, otherwise a replacement or no change.
 *
 * @throws Fault PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT.
 */
export async function beginPut(
  trx: Knex.Transaction,
  deps: Pick<SecretDeps, 'presets' | 'privateUpstreams' | 'usesOf' | 'clock'>,
  actor: Actor,
  asked: NamedValue,
): Promise<Change<Begun>> {
  const secret = await lockOne(trx, asked.organizationId, asked.name)
  if (secret?.state === 'pending') throw underWay(secret.id)
  await asked.precondition(async () => secret && showSecretRow(trx, secret))
  const externalVersion = asked.externalVersion ?? null
  if (!secret) {
    const first = { ...asked, bindings: proposeBindings(deps, asked), expiresAt: asked.expiresAt ?? null }
    const change = await intendFirst(trx, actor, { ...first, secretId: newId('secret'), externalVersion })
    return { ...change, result: { ...change.result, outcome: 'created' } }
  }
  if (isInForce(secret, asked.externalVersion, deps.clock.wallMs())) {
    return { result: { outcome: 'unchanged', secretId: secret.id }, feed: [], audit: [] }
  }
  const bindings = bindingsIfSaid(deps, asked)
  const change = await intendNext(trx, deps, actor, secret, { ...asked, bindings, externalVersion })
  return { ...change, result: { ...change.result, outcome: 'replaced' } }
}

/** If two requests create the same name at the same time, the lock lets the second find what the first has begun. */
async function lockOne(trx: Knex.Transaction, organizationId: string, name: string): Promise<SecretRow | undefined> {
  const there = await lockSecretByName(trx, organizationId, name)
  if (there) return there
  await lockForCreation(trx, organizationId)
  return lockSecretByName(trx, organizationId, name)
}

/** An expired secret does not count as in force, so putting it again renews it. */
function isInForce({ externalVersion, expiresAt }: SecretRow, wanted: string | undefined, nowMs: number): boolean {
  return wanted !== undefined && externalVersion === wanted && (expiresAt === null || expiresAt.getTime() > nowMs)
}
