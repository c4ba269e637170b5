import type { Knex } from '@protectmyapi/service-kit/postgres'
import { z } from 'zod'
import { ROLES } from '../access/roles.js'
import type { CommitChange } from '../feed/commit-change.js'
import { Timestamp } from '../http/fields.js'
import { cutPage, PageQuery, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { UserView } from '../people/users.js'
import { changeRole, findMember, listMembers, type MemberRecord, removeMember, transferOwnership } from './members.js'

export interface MemberDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
}

const MemberView = z.object({ user: UserView, role: z.enum(ROLES), createdAt: Timestamp }).meta({ id: 'Member' })

export function memberRoutes({ db, commitChange }: MemberDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/members',
    summary: 'List members',
    permission: 'members:read',
    query: PageQuery,
    answers: { status: 200, body: pageOf(MemberView) },
    handle: async ({ org, query }) => {
      const rows = await listMembers(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentMember) }
    },
  })
  const update = route({
    method: 'PATCH',
    path: '/orgs/{org}/members/{user}',
    summary: 'Give a member another role',
    permission: 'members:write',
    body: z.strictObject({ role: z.enum(ROLES) }),
    answers: { status: 200, body: MemberView },
    handle: async ({ actor, org, params, body }) => {
      await changeRole(commitChange, actor, org, params.user, body.role)
      return { body: presentMember(await findMember(db, org.id, params.user)) }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: '/orgs/{org}/members/{user}',
    summary: 'Take a member out, or leave',
    // Everybody may end their own place; ending another's is checked against both roles, under lock.
    permission: 'membership:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await removeMember(commitChange, actor, org, params.user)
      return { body: undefined }
    },
  })
  const transfer = route({
    method: 'POST',
    path: '/orgs/{org}/transfer',
    summary: 'Make another member the owner in one’s place',
    permission: 'organization:write',
    body: z.strictObject({ user: z.string().min(1).max(64) }),
    answers: { status: 200, body: MemberView },
    handle: async ({ actor, org, body }) => {
      await transferOwnership(commitChange, actor, org, body.user)
      return { body: presentMember(await findMember(db, org.id, body.user)) }
    },
  })
  return [list, update, remove, transfer]
}

function presentMember({ id, email, name, role, created_at }: MemberRecord): z.input<typeof MemberView> {
  return { user: { id, email, name }, role, createdAt: created_at.toISOString() }
}
