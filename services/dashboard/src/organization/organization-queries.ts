import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import { everyItem } from '../api/pages.js'
import { asProblem } from '../api/problem.js'
import { type Read, readOf } from '../api/read.js'
import type { Organization, Permission } from '../api/types.js'

/** The organizations that the person is a member of. */
export const organizationsOptions = queryOptions({
  queryKey: ['organizations'],
  queryFn: () => everyItem<Organization>((query) => answerOf(api.GET('/orgs', { params: { query } }))),
})

/** `org`: an id or a slug. */
export const organizationOptions = (org: string) =>
  queryOptions({
    queryKey: ['org', org],
    queryFn: () => readOf(api.GET('/orgs/{org}', { params: { path: { org } } })),
  })

/** The organization that the page is about, with the word that its address has for it. */
export function useOrganization(): Organization & {
  readonly org: string
  /** As it was read, for a change of it. */
  readonly stored: Read<Organization>
  may(permission: Permission): boolean
} {
  const { org } = useParams({ from: '/signed-in/orgs/$org' })
  const { data, error } = useSuspenseQuery(organizationOptions(org))
  // Who has been removed, or the organization was deleted: what was fetched before must not stand any longer.
  if (error && asProblem(error).status === 404) throw error
  // What is not permitted is not offered. Management checks each request all the same.
  return { ...data, org, stored: data, may: (permission) => data.permissions.includes(permission) }
}
