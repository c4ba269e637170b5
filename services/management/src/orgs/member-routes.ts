import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import { ROLES } from '../access/roles.js'
import { refuseUnlessCarried } from '../access/token-reach.js'
import type { CommitChange } from '../feed/commit-change.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { changeRole, findMember, listMembers, removeMember, transferOwnership } from './members.js'
import { MemberView, presentMember } from './present-member.js'

export interface MemberDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
}

export function memberRoutes({ db, commitChange }: MemberDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/members',
    summary: 'List members',
    permission: 'members:read',
    query: pageById('user'),
    answers: { status: 200, body: pageOf(MemberView) },
    handle: async ({ org, query }) => {
      const rows = await listMembers(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentMember) }
    },
  })
  const read = route({
    method: 'GET',
    path: '/orgs/{org}/members/{user}',
    summary: 'Show a member',
    permission: 'members:read',
    answers: { status: 200, body: MemberView },
    handle: async ({ org, params }) => {
      const shown = presentMember(await findMember(db, org.id, params.user))
      return { body: shown, resource: shown }
    },
  })
  const update = route({
    method: 'PATCH',
    path: '/orgs/{org}/members/{user}',
    summary: 'Give a member another role',
    permission: 'members:write',
    body: z.strictObject({ role: z.enum(ROLES) }),
    answers: { status: 200, body: MemberView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      await changeRole(commitChange, actor, org, { ...params, role: body.role, precondition })
      const shown = presentMember(await findMember(db, org.id, params.user))
      return { body: shown, resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: '/orgs/{org}/members/{user}',
    summary: 'Remove a member, or leave',
    // Everybody may leave. Removing another member is checked against the roles of both, under the lock.
    permission: 'membership:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, principal, org, params, precondition }) => {
      // A token's scope to let its person leave does not allow it to remove others.
      if (params.user !== principal.userId) refuseUnlessCarried(principal, 'members:write')
      await removeMember(commitChange, actor, org, { ...params, precondition })
      return { body: undefined }
    },
  })
  const transfer = route({
    method: 'POST',
    path: '/orgs/{org}/transfer',
    summary: 'Transfer ownership to another member',
    permission: 'organization:write',
    body: z.strictObject({ user: z.string().min(1).max(64) }),
    answers: { status: 200, body: MemberView },
    handle: async ({ actor, org, body }) => {
      await transferOwnership(commitChange, actor, org, body.user)
      return { body: presentMember(await findMember(db, org.id, body.user)) }
    },
  })
  return [list, read, update, remove, transfer]
}
