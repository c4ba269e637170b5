import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { organizationsOptions, useOrganization } from './organization-queries.js'

/** Leads away from an organization that the person has no access to any more: to another one, or to making one. */
export function useGoElsewhere(): () => Promise<void> {
  const { id, org } = useOrganization()
  const client = useQueryClient()
  const navigate = useNavigate()
  return async () => {
    client.setQueryData(organizationsOptions.queryKey, (known) => known?.filter((each) => each.id !== id))
    await navigate({ to: '/', replace: true })
    client.removeQueries({ queryKey: ['org', org] })
  }
}
