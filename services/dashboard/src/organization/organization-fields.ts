import type { Organization } from '../api/types.js'
import type { EditedFields } from '../kit/edited-fields.js'

type Names = Pick<Organization, 'name' | 'slug'>
type Quotas = Pick<Organization, 'quotas'>
type OrganizationQuota = Quotas['quotas'][number] & { readonly scope: 'organization' }

/** What can be changed of an organization. */
export type OrganizationPatch = Partial<Names & { readonly quotas: OrganizationQuota[] }>

/** What the organization is called. */
export const NAMES: EditedFields<Names, Names, Partial<Names>> = {
  valuesOf: ({ name, slug }) => ({ name, slug }),
  changeOf: (before, { name, slug }) => ({
    ...(name === before.name ? {} : { name }),
    ...(slug === before.slug ? {} : { slug }),
  }),
}

export const QUOTAS: EditedFields<Quotas, Quotas, Pick<OrganizationPatch, 'quotas'>> = {
  valuesOf: ({ quotas }) => ({ quotas }),
  changeOf: (before, { quotas }) =>
    JSON.stringify(quotas) === JSON.stringify(before.quotas)
      ? {}
      : { quotas: quotas.map((quota) => ({ ...quota, scope: 'organization' })) },
}
