import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { slugTaken } from '../db/unless-slug-taken.js'

/** Of one organization: each is a name that no other organization can have. */
export const FORMER_SLUGS_MAX = 20

/** For a `where` over `organizations`: the one with this id, slug or former slug. */
export const byIdOrSlug = (db: Knex, idOrSlug: string) => (either: Knex.QueryBuilder) =>
  either
    .where('organizations.id', idOrSlug)
    .orWhere('organizations.slug', idOrSlug)
    .orWhereIn('organizations.id', db('former_slugs').where('slug', idOrSlug).select('organization_id'))

/** Whether a slug is the former one of any organization. */
export async function isFormerSlug(db: Knex, slug: string): Promise<boolean> {
  return (await db('former_slugs').where({ slug }).first('slug')) !== undefined
}

/**
 * Keeps the slug that an organization is about to lose: scripts that name the organization by it must go on reaching it,
 * and never another organization whose owner has taken the slug. Call it under the organization's lock, before the rename.
 *
 * @throws Fault CONFLICT where the organization has kept too many.
 */
export async function keepFormerSlug(trx: Knex.Transaction, organizationId: string, next: string): Promise<void> {
  // It may return to a former slug of its own, which is then none any more.
  await trx('former_slugs').where({ slug: next, organization_id: organizationId }).delete()
  await trx.raw(
    `INSERT INTO former_slugs (slug, organization_id)
     SELECT slug, id FROM organizations WHERE id = ? AND slug <> ? ON CONFLICT (slug) DO NOTHING`,
    [organizationId, next],
  )
  const kept: unknown[] = await trx('former_slugs')
    .where('organization_id', organizationId)
    .limit(FORMER_SLUGS_MAX + 1)
    .select('slug')
  if (kept.length <= FORMER_SLUGS_MAX) return
  throw new Fault('CONFLICT', 'too many former slugs', {
    say: `An organization keeps its former slugs, at most ${FORMER_SLUGS_MAX}. Rename it to one of them, or change only its name.`,
  })
}

/**
 * Call it after the slug is written, in the same transaction. The unique index over slugs has then made this transaction
 * wait for a rename that gives the slug up, so the former slug which that rename kept is visible here.
 *
 * @throws Fault CONFLICT where the slug is another organization's former one.
 */
export async function refuseFormerSlugOfOthers(
  trx: Knex.Transaction,
  organizationId: string,
  slug: string,
): Promise<void> {
  const row = await trx('former_slugs')
    .where({ slug })
    .first<{ organization_id: string } | undefined>('organization_id')
  if (row && row.organization_id !== organizationId) throw slugTaken('organizations')
}

/** A deleted organization keeps no name. */
export async function forgetFormerSlugs(trx: Knex.Transaction, organizationId: string): Promise<void> {
  await trx('former_slugs').where('organization_id', organizationId).delete()
}
