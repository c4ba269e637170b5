import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { QuotaSpec } from '../api-services/quotas.js'
import type { AuditEntry } from '../audit/audit-entry.js'
import { unlessSlugTaken } from '../db/unless-slug-taken.js'
import type { Change } from '../feed/commit-change.js'
import { keepFormerSlug, refuseFormerSlugOfOthers } from './former-slugs.js'

export interface OrgChange {
  readonly name?: string | undefined
  readonly slug?: string | undefined
  readonly quotas?: readonly QuotaSpec[] | undefined
}

/**
 * Changes an organization's name, slug and quotas. Proxies know it by its id, so names do not concern them. A former slug
 * stays the organization's. Quotas are part of its routes, so setting them makes proxies discard those, even if the
 * quotas stay the same: the answer says "in force" (RETRYWAITS). Call it under the organization's lock.
 *
 * @throws Fault CONFLICT where the slug is taken, or the organization has had too many.
 */
export async function updateOrg(
  trx: Knex.Transaction,
  id: string,
  { name, slug, quotas }: OrgChange,
): Promise<Change<undefined>> {
  const names = { ...(name === undefined ? {} : { name }), ...(slug === undefined ? {} : { slug }) }
  const felt = quotas === undefined ? {} : { quotas: JSON.stringify(quotas), generation: trx.raw('generation + 1') }
  if (slug !== undefined) await keepFormerSlug(trx, id, slug)
  const [row] = await unlessSlugTaken('organizations', () =>
    trx('organizations')
      .where({ id, state: 'active' })
      .update({ ...names, ...felt, updated_at: trx.raw('now()') })
      .returning<{ generation: string }[]>('generation'),
  )
  if (slug !== undefined) await refuseFormerSlugOfOthers(trx, id, slug)
  const of = { organizationId: id, targetId: id }
  const renamed: AuditEntry = { ...of, event: 'organization.renamed', details: names }
  const limited: AuditEntry = { ...of, event: 'organization.quotas-set', details: { quotas: quotas ?? [] } }
  const onlyQuotas = quotas !== undefined && Object.keys(names).length === 0
  return {
    result: undefined,
    feed: quotas === undefined || !row ? [] : [{ kind: 'organization', id, generation: Number(row.generation) }],
    audit: [...(onlyQuotas ? [] : [renamed]), ...(quotas === undefined ? [] : [limited])],
  }
}
