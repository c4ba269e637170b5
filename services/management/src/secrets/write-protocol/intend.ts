import { type Bindings, bindingsAllow, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../../audit/audit-entry.js'
import { isFull } from '../../db/is-full.js'
import type { Change } from '../../feed/commit-change.js'
import { refuseUnregistered } from '../../internal-services/refuse-unregistered.js'
import { lockForCreation } from '../../orgs/org-store.js'
import { countsFor, refuseOthersBindings, saidByOf } from '../bindings-said.js'
import { maskValue } from '../mask-value.js'
import type { SecretDeps, UsesOf } from '../secret-deps.js'
import { SECRET_LIMITS } from '../secret-input.js'
import { lockVersion, type SecretRow } from '../secret-rows.js'
import { type Intent, intendCreation, intendReplacement } from './write-steps.js'

/** A recorded intent, and the bindings that its version is to be sealed with. */
export interface Intended {
  readonly intent: Intent
  readonly bindings: Bindings
  /** The request gave no bindings, so the vault compares these with those that it sealed before. */
  readonly sameBindings: boolean
}

export interface FirstValue {
  readonly organizationId: string
  readonly secretId: string
  readonly name: string
  readonly value: string
  /** Normalised. */
  readonly bindings: Bindings
  readonly expiresAt: Date | null
  readonly externalVersion: string | null
}

/**
 * Step 1 of a creation.
 *
 * @throws Fault CONFLICT if the name is taken or there are too many secrets; INVALID_REQUEST for an internal service
 * that is not registered.
 */
export async function intendFirst(trx: Knex, actor: Actor, first: FirstValue): Promise<Change<Intended>> {
  const { bindings } = first
  await refuseUnregistered(trx, first.organizationId, bindings.services)
  await refuseTooMany(trx, first.organizationId)
  const change = await intendCreation(trx, first.organizationId, {
    secretId: first.secretId,
    versionId: newId('version'),
    name: first.name,
    mask: maskValue(first.value),
    bindings,
    expiresAt: first.expiresAt,
    externalVersion: first.externalVersion,
    actorId: actor.id,
    bindingsSaidBy: saidByOf(actor),
  })
  return { ...change, result: { intent: change.result, bindings: namedFor(bindings, first.name), sameBindings: false } }
}

async function refuseTooMany(trx: Knex, organizationId: string): Promise<void> {
  await lockForCreation(trx, organizationId)
  const secrets = trx('secrets').where('organization_id', organizationId).whereIn('state', ['pending', 'active'])
  if (!(await isFull(secrets, SECRET_LIMITS.perOrganization))) return
  throw new Fault('CONFLICT', 'too many secrets', {
    say: `An organization has at most ${SECRET_LIMITS.perOrganization} secrets. Delete one first.`,
  })
}

export interface NextValue {
  readonly value: string
  /** Normalised. If absent, the present ones are kept, provided that the actor may keep them (bindings-said.ts). */
  readonly bindings?: Bindings | undefined
  /** If absent, the present expiry is kept unless it has passed. */
  readonly expiresAt?: Date | null | undefined
  readonly externalVersion: string | null
}

/**
 * Step 1 of a replacement, for a locked secret in force. This is the only way to change bindings, and it needs the
 * whole value. Otherwise an administrator could send a key that they do not have to a destination of their own.
 *
 * @throws Fault CONFLICT if the bindings would break services, which it names, if the kept bindings are not the actor's
 * to keep, or if another write is under way; INVALID_REQUEST for an internal service that is not registered.
 */
export async function intendNext(
  trx: Knex,
  deps: Pick<SecretDeps, 'usesOf' | 'clock' | 'presets'>,
  actor: Actor,
  secret: SecretRow,
  next: NextValue,
): Promise<Change<Intended>> {
  const bindings = next.bindings ?? secret.bindings
  const current =
    secret.versionId === null ? undefined : await lockVersion(trx, secret.organizationId, secret.versionId)
  const said = current?.bindingsSaidBy ?? null
  if (!next.bindings) await refuseOthersBindings(trx, deps, actor, secret, said)
  // A request that repeats bindings which the actor may keep leaves unchanged who set them.
  const isKept = bindingsBytes(bindings).equals(bindingsBytes(secret.bindings))
  const bindingsSaidBy =
    !next.bindings || (isKept && (await countsFor(trx, actor, secret.organizationId, said))) ? said : saidByOf(actor)
  await refuseToBreak(trx, deps.usesOf, secret, bindings)
  // A service that has lost its registration since may stay in the bindings, because it is granted nothing.
  const added = bindings.services.filter((id) => !secret.bindings.services.includes(id))
  await refuseUnregistered(trx, secret.organizationId, added)
  const change = await intendReplacement(trx, secret, {
    versionId: newId('version'),
    mask: maskValue(next.value),
    bindings,
    expiresAt: expiryOf(secret, next, deps.clock.wallMs()),
    externalVersion: next.externalVersion,
    actorId: actor.id,
    bindingsSaidBy,
  })
  const sealed = { bindings: namedFor(bindings, secret.name), sameBindings: next.bindings === undefined }
  return { ...change, result: { intent: change.result, ...sealed } }
}

/**
 * The bindings as the vault seals them. With internal services they hold the secret's name, because the services ask by
 * it: a client compares the sealed name with the name that it asked for. The rows of management hold no such copy.
 */
export function namedFor(bindings: Bindings, name: string): Bindings {
  return bindings.services.length === 0 ? bindings : { ...bindings, name }
}

function expiryOf(secret: SecretRow, { expiresAt }: NextValue, nowMs: number): Date | null {
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
    say: `These bindings would break the API services ${slugs.join(', ')}, which use the secret at an origin or placement that is missing in them. Update the services first, or keep their origins and placements in the bindings.`,
    errors: slugs.map((slug) => ({ pointer: '/bindings', detail: `The API service ${slug} would break.` })),
  })
}
