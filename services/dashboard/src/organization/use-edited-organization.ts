import { useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.js'
import { type Read, readOf } from '../api/read.js'
import type { Organization } from '../api/types.js'
import type { EditedFields } from '../kit/edited-fields.js'
import { useEdited } from '../kit/use-edited.js'
import type { OrganizationPatch } from './organization-fields.js'
import { organizationOptions, useOrganization } from './organization-queries.js'

/** A form for some fields of the organization. */
export function useEditedOrganization<Values extends Record<string, unknown>, Change extends OrganizationPatch>(
  fields: EditedFields<Organization, Values, Change>,
  onSaved: (saved: Read<Organization>) => unknown,
) {
  const { org, stored } = useOrganization()
  const client = useQueryClient()
  return useEdited({
    stored,
    fields,
    // By id: its slug may be another one by now.
    send: (body, header) => readOf(api.PATCH('/orgs/{org}', { params: { path: { org: stored.id }, header }, body })),
    fetchStored: () => client.fetchQuery({ ...organizationOptions(stored.id), staleTime: 0 }),
    onSaved: (saved) => {
      client.setQueryData(organizationOptions(org).queryKey, saved)
      client.setQueryData(organizationOptions(saved.slug).queryKey, saved)
      return onSaved(saved)
    },
  })
}
