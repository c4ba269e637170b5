import { Fault } from '@protectmyapi/service-kit/faults'
import { isInternalIdentity } from '@protectmyapi/service-kit/grpc/spiffe'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { type Change, createCommitOnly } from '../feed/commit-change.js'
import { byIdOrSlug } from '../orgs/former-slugs.js'
import { countInternalServices, findInternalService, type InternalServiceRow } from './internal-service-rows.js'

const LIMITS = {
  /** Internal services of one organization. */
  servicesMax: 100,
} as const

/** A DNS label (RFC 1035), like a slug. */
const NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

export interface Registration {
  /** Id or slug. */
  readonly organization: string
  readonly name: string
  readonly spiffeId: string
}

export interface RegisterDeps {
  readonly db: Knex
  readonly trustDomain: string
  readonly namespace: string
}

/**
 * Registers an identity for one organization: from now on it may ask for the secrets that are bound to it there. May be
 * repeated. No feed row, because proxies hold nothing that rests on it.
 *
 * @throws Fault INVALID_REQUEST, NOT_FOUND, CONFLICT if the identity or the name is registered differently.
 */
export async function registerInternalService(
  { db, trustDomain, namespace }: RegisterDeps,
  actor: Actor,
  { organization, name, spiffeId }: Registration,
): Promise<InternalServiceRow> {
  if (!NAME.test(name)) throw new Fault('INVALID_REQUEST', `no name of an internal service: ${name}`)
  if (!isInternalIdentity(trustDomain, namespace, spiffeId))
    throw new Fault(
      'INVALID_REQUEST',
      `not an identity of ${trustDomain}, or one of the installation’s own: ${spiffeId}`,
    )
  const { result } = await createCommitOnly(db)(actor, (trx) => register(trx, { organization, name, spiffeId }))
  return result
}

async function register(
  trx: Knex.Transaction,
  { organization, name, spiffeId }: Registration,
): Promise<Change<InternalServiceRow>> {
  const organizationId = await lockOrganization(trx, organization)
  const known = await findInternalService(trx, spiffeId)
  if (known && known.organizationId === organizationId && known.name === name)
    return { result: known, feed: [], audit: [] }
  if (known) throw new Fault('CONFLICT', `${spiffeId} is registered as ${known.name} for ${known.organizationId}`)
  if ((await countInternalServices(trx, organizationId)) >= LIMITS.servicesMax)
    throw new Fault('CONFLICT', `${organizationId} has ${LIMITS.servicesMax} internal services already`)
  const id = newId('internalService')
  const { rows } = await trx.raw<{ rows: { registered_at: Date }[] }>(
    `INSERT INTO internal_services (spiffe_id, id, organization_id, name) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING RETURNING registered_at`,
    [spiffeId, id, organizationId, name],
  )
  const [row] = rows
  if (!row) throw new Fault('CONFLICT', `the name ${name}, or ${spiffeId}, is taken`)
  return {
    result: { id, spiffeId, organizationId, name, registeredAt: row.registered_at },
    feed: [],
    audit: [{ organizationId, event: 'internal-service.registered', targetId: id, details: { name, spiffeId } }],
  }
}

/** The lock prevents the organization's deletion, and makes concurrent registrations count one after the other. */
async function lockOrganization(trx: Knex, idOrSlug: string): Promise<string> {
  const row = await trx('organizations')
    .where({ state: 'active' })
    .andWhere(byIdOrSlug(trx, idOrSlug))
    .forUpdate()
    .first<{ id: string } | undefined>('id')
  if (!row) throw new Fault('NOT_FOUND', `no organization ${idOrSlug}`)
  return row.id
}
