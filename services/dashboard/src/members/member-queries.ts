import { queryOptions } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { everyItem, listOptions, type PageQuery } from '../api/pages.js'
import type { Invitation, Member, User } from '../api/types.js'

const membersKey = (org: string) => ['org', org, 'members'] as const

const fetchMembers = (org: string) => (query: PageQuery) =>
  answerOf(api.GET('/orgs/{org}/members', { params: { path: { org }, query } }))

export const membersOptions = (org: string) => listOptions<Member>([...membersKey(org), 'list'], fetchMembers(org))

/** For a choice among them. */
export const allMembersOptions = (org: string) =>
  queryOptions({
    queryKey: [...membersKey(org), 'all'],
    queryFn: () => everyItem<Member>(fetchMembers(org)),
  })

/** Who the ids in the records are. Records outlive people's places: former members are not among them. */
export const membersByIdOptions = (org: string) => queryOptions({ ...allMembersOptions(org), select: byId })

function byId(members: readonly Member[]): ReadonlyMap<string, User> {
  return new Map(members.map(({ user }) => [user.id, user]))
}

/** The open ones. */
export const invitationsOptions = (org: string) =>
  listOptions<Invitation>(['org', org, 'invitations'], (query) =>
    answerOf(api.GET('/orgs/{org}/invitations', { params: { path: { org }, query } })),
  )
