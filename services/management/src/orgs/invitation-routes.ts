import { badFields } from '@protectmyapi/service-kit/http/validate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { SignedInPerson } from '../access/principal.js'
import { ROLES } from '../access/roles.js'
import type { CommitChange } from '../feed/commit-change.js'
import { Email, Name, Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { shownOnce } from '../idempotency/replays.js'
import type { PasswordHasher } from '../people/password-hasher.js'
import type { SignInLimits } from '../people/sign-in-limits.js'
import { NewPassword } from '../people/users.js'
import {
  type Accepter,
  acceptInvitation,
  type InvitationRecord,
  invite,
  listInvitations,
  refuseUnlessOpen,
  revokeInvitation,
} from './invitations.js'

export interface InvitationDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly hasher: PasswordHasher
  readonly limits: SignInLimits
}

const InvitationView = z
  .object({ id: z.string(), email: z.string(), role: z.enum(ROLES), createdAt: Timestamp, expiresAt: Timestamp })
  .meta({ id: 'Invitation' })

export function invitationRoutes(deps: InvitationDeps): readonly Route[] {
  const { db, commitChange } = deps
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/invitations',
    summary: 'List open invitations',
    permission: 'invitations:read',
    query: pageById('invitation'),
    answers: { status: 200, body: pageOf(InvitationView) },
    handle: async ({ org, query }) => {
      const rows = await listInvitations(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentInvitation) }
    },
  })
  const create = route({
    method: 'POST',
    path: '/orgs/{org}/invitations',
    summary: 'Invite a person by e-mail address',
    description:
      'The token is shown once, here, for you to hand over; no mail is sent. It can be used once, within 7 days.',
    permission: 'invitations:write',
    body: z.strictObject({ email: Email, role: z.enum(ROLES) }),
    answers: { status: 201, body: InvitationView.extend({ token: z.string() }) },
    once: {
      compared: (body) => body,
      again: async ({ org }, made) => {
        throw shownOnce(`/orgs/${org.id}/invitations/${made}`)
      },
    },
    handle: async ({ actor, org, body, claim }) => {
      const { invitation, token } = await invite(commitChange, actor, org, { ...body, claim })
      return { body: { ...presentInvitation(invitation), token } }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/orgs/{org}/invitations/{invitation}',
    summary: 'Revoke an open invitation',
    permission: 'invitations:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await revokeInvitation(commitChange, actor, org, params.invitation)
      return { body: undefined }
    },
  })
  return [list, create, revoke, acceptRoute(deps)]
}

const Acceptance = z.strictObject({
  token: z.string().min(1).max(128),
  name: Name.optional(),
  password: NewPassword.optional(),
})

function acceptRoute({ db, commitChange, hasher, limits }: InvitationDeps): Route {
  return route({
    method: 'POST',
    path: '/invitations/accept',
    summary: 'Accept an invitation',
    description: 'Call it signed in as the invited person, or with name and password to create a new account.',
    permission: 'public',
    body: Acceptance,
    answers: { status: 200, body: z.object({ organization: z.string(), user: z.string(), role: z.enum(ROLES) }) },
    handle: async ({ requestId, body, authenticate, client }) => {
      const attempt = await limits.reserve({ email: undefined, address: client.address })
      await refuseUnlessOpen(db, body.token)
      const accepter = await accepterOf(body, hasher, authenticate)
      const { organizationId, userId, role } = await acceptInvitation(commitChange, requestId, body.token, accepter)
      await limits.forgive(attempt)
      return { body: { organization: organizationId, user: userId, role } }
    },
  })
}

async function accepterOf(
  { name, password }: z.output<typeof Acceptance>,
  hasher: PasswordHasher,
  authenticate: () => Promise<SignedInPerson>,
): Promise<Accepter> {
  if (name === undefined && password === undefined) {
    return { kind: 'signed-in', person: await authenticate() }
  }
  if (name === undefined || password === undefined) {
    throw badFields([
      {
        pointer: name === undefined ? '/name' : '/password',
        detail: 'Give both name and password, or neither and sign in first.',
      },
    ])
  }
  return { kind: 'new', name, passwordHash: await hasher.hash(password) }
}

function presentInvitation({
  id,
  email,
  role,
  created_at,
  expires_at,
}: InvitationRecord): z.input<typeof InvitationView> {
  return { id, email, role, createdAt: created_at.toISOString(), expiresAt: expires_at.toISOString() }
}
