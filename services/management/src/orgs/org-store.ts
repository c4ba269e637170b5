import { randomBytes } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg, Principal } from '../access/principal.js'
import type { Role } from '../access/roles.js'
import { reaches } from '../access/token-reach.js'
import type { QuotaSpec } from '../api-services/quotas.js'
import { isFull } from '../db/is-full.js'
import { returnedRow } from '../db/returned-row.js'
import { unlessSlugTaken } from '../db/unless-slug-taken.js'
import { lockPerson } from '../people/users.js'
import { byIdOrSlug, isFormerSlug, refuseFormerSlugOfOthers } from './former-slugs.js'
import { slugFrom } from './slug-from.js'

export const ORG_LIMITS = { perOwner: 100, members: 1_000, pendingInvitations: 200 } as const

export interface OrgRecord {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly generation: string
  readonly quotas: readonly QuotaSpec[]
  readonly role: Role
  readonly created_at: Date
}

const COLUMNS = [
  'organizations.id',
  'organizations.slug',
  'organizations.name',
  'organizations.generation',
  'organizations.quotas',
  'organizations.created_at',
  'members.role',
]

const mine = (db: Knex, userId: string) =>
  db('organizations')
    .join('members', 'members.organization_id', 'organizations.id')
    .where({ 'members.user_id': userId, 'organizations.state': 'active' })

/**
 * An organization of the principal, by id, slug or former slug. Undefined alike if it is absent, deleted, another's or
 * out of their token's reach.
 */
export async function findOrg(db: Knex, principal: Principal, idOrSlug: string): Promise<CallOrg | undefined> {
  const record = await myOrg(db, principal.userId, idOrSlug)
  if (!record || !reaches(principal, record.id)) return undefined
  const { id, slug, name, role, generation } = record
  return { id, slug, name, role, generation: Number(generation) }
}

/** The same without the check of a token's reach, and with the columns that people are shown. */
export function myOrg(db: Knex, userId: string, idOrSlug: string): Promise<OrgRecord | undefined> {
  return mine(db, userId).where(byIdOrSlug(db, idOrSlug)).first<OrgRecord | undefined>(COLUMNS)
}

export function listOrgs(
  db: Knex,
  principal: Principal,
  after: string | undefined,
  limit: number,
): Promise<OrgRecord[]> {
  const query = mine(db, principal.userId)
  if (principal.via === 'token' && principal.organizations !== 'all')
    query.whereIn('organizations.id', [...principal.organizations])
  if (after !== undefined) query.where('organizations.id', '>', after)
  return query.orderBy('organizations.id').limit(limit).select<OrgRecord[]>(COLUMNS)
}

/** The ids of the organizations among `named`, by id, slug or former slug, that the person belongs to. */
export async function myOrgIds(
  db: Knex,
  userId: string,
  named: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await mine(db, userId)
    .leftJoin('former_slugs', (former) =>
      former.on('former_slugs.organization_id', 'organizations.id').andOnIn('former_slugs.slug', [...named]),
    )
    .where((either) =>
      either
        .whereIn('organizations.id', [...named])
        .orWhereIn('organizations.slug', [...named])
        .orWhereNotNull('former_slugs.slug'),
    )
    .select<{ id: string; slug: string; former: string | null }[]>(
      'organizations.id',
      'organizations.slug',
      'former_slugs.slug as former',
    )
  return new Map(rows.flatMap(({ id, slug, former }) => [id, slug, former ?? id].map((name) => [name, id] as const)))
}

export interface NewOrg {
  readonly id: string
  readonly name: string
  readonly slug?: string | undefined
}

/** Makes an organization with its first owner. @throws Fault CONFLICT if the slug is taken, or they own too many. */
export async function createOrg(
  trx: Knex.Transaction,
  ownerId: string,
  { id, name, slug }: NewOrg,
): Promise<OrgRecord> {
  await lockPerson(trx, ownerId)
  if (await isFull(mine(trx, ownerId).where('members.role', 'owner'), ORG_LIMITS.perOwner))
    throw new Fault('CONFLICT', 'too many organizations', {
      say: `One person owns at most ${ORG_LIMITS.perOwner} organizations.`,
    })
  const given = slug ?? (await freeSlug(trx, slugFrom(name)))
  const created = await unlessSlugTaken('organizations', () =>
    trx('organizations')
      .insert({ id, slug: given, name, state: 'active' })
      .returning<{ created_at: Date }[]>('created_at'),
  )
  await trx('members').insert({ organization_id: id, user_id: ownerId, role: 'owner' })
  await refuseFormerSlugOfOthers(trx, id, given)
  const { created_at } = returnedRow(created)
  return { id, slug: given, name, generation: '1', quotas: [], role: 'owner', created_at }
}

/**
 * Slugs are unique in the installation. One that is taken gets a random suffix, because a creation by name alone must
 * never fail on another organization's slug.
 */
async function freeSlug(trx: Knex.Transaction, wanted: string): Promise<string> {
  const taken = await trx('organizations')
    .where({ slug: wanted, state: 'active' })
    .first<{ id: string } | undefined>('id')
  return taken || (await isFormerSlug(trx, wanted)) ? `${wanted}-${randomBytes(4).toString('hex')}` : wanted
}

/**
 * Locks the organization, so that changes to its owners are made one after the other. Then it reads the actor's role
 * again, because that may have changed since the gate checked it.
 *
 * @throws Fault NOT_FOUND where the organization, or the actor's membership, has ended.
 */
export async function lockOrg(trx: Knex.Transaction, organizationId: string, actorId: string): Promise<Role> {
  const org = await trx('organizations')
    .where({ id: organizationId, state: 'active' })
    .forUpdate()
    .first<{ id: string } | undefined>('id')
  const role = org && (await roleOf(trx, organizationId, actorId))
  if (!role) throw new Fault('NOT_FOUND', 'no such organization, or not a member of it any more')
  return role
}

/**
 * A lock for creations in an organization: where their number is limited, so that they are counted one after the other,
 * and where names are unique, so that the second creation finds the first one's thing instead of failing. It does not
 * block rows that refer to the organization.
 */
export async function lockForCreation(trx: Knex, organizationId: string): Promise<void> {
  await trx('organizations').where('id', organizationId).forNoKeyUpdate().first('id')
}

export async function roleOf(db: Knex, organizationId: string, userId: string): Promise<Role | undefined> {
  const row = await db('members')
    .where({ organization_id: organizationId, user_id: userId })
    .first<{ role: Role } | undefined>('role')
  return row?.role
}
