import { z } from 'zod'
import type { SignedInPerson } from '../access/principal.js'
import { Email, Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { clearCookie, setCookie } from './session-cookie.js'
import { changePassword, endSignIn, type PeopleDeps, signIn } from './sign-in.js'
import { listSignIns, type SignInRow } from './sign-in-sessions.js'
import { NewPassword, PASSWORD_LIMITS, UserView } from './users.js'

const Credentials = z.strictObject({ email: Email, password: z.string().min(1).max(PASSWORD_LIMITS.charsMax) })

const SignedIn = z.object({
  token: z.string().meta({ description: 'Shown once. Ends after 7 days, or 12 hours without use.' }),
  expiresAt: Timestamp,
  user: UserView,
})

const SessionView = z.object({
  id: z.string(),
  current: z.boolean(),
  address: z.string(),
  userAgent: z.string(),
  createdAt: Timestamp,
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
})

export function peopleRoutes(deps: PeopleDeps): readonly Route[] {
  const enter = route({
    method: 'POST',
    path: '/auth/sign-in',
    summary: 'Sign in',
    permission: 'public',
    body: Credentials,
    answers: { status: 200, body: SignedIn },
    handle: async ({ requestId, client, body }) => {
      const made = await signIn(deps, requestId, client, body)
      const { token, expiresAt } = made.signIn
      return {
        body: { token, expiresAt: expiresAt.toISOString(), user: made.user },
        headers: setCookie(client, token, expiresAt),
      }
    },
  })
  const leave = route({
    method: 'POST',
    path: '/auth/sign-out',
    summary: 'Sign out',
    permission: 'in-person',
    answers: { status: 204 },
    handle: async ({ actor, principal, client }) => {
      await endSignIn(deps, actor, principal, principal.signInId)
      return { body: undefined, headers: clearCookie(client) }
    },
  })
  return [enter, leave, meRoute, ...sessionRoutes(deps)]
}

const meRoute = route({
  method: 'GET',
  path: '/auth/me',
  summary: 'Show who is signed in',
  permission: 'signed-in',
  answers: { status: 200, body: UserView },
  handle: async ({ principal }) => ({ body: { id: principal.userId, email: principal.email, name: principal.name } }),
})

function sessionRoutes(deps: PeopleDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/auth/sessions',
    summary: 'List one’s own sign-ins',
    permission: 'in-person',
    query: pageById('session'),
    answers: { status: 200, body: pageOf(SessionView) },
    handle: async ({ principal, query }) => {
      const rows = await listSignIns(deps.db, principal.userId, { before: query.cursor, limit: query.limit + 1 })
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          (row) => presentSession(row, principal),
        ),
      }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/auth/sessions/{session}',
    summary: 'End one of one’s own sign-ins',
    permission: 'in-person',
    answers: { status: 204 },
    handle: async ({ actor, principal, params }) => {
      await endSignIn(deps, actor, principal, params.session)
      return { body: undefined }
    },
  })
  const password = route({
    method: 'PUT',
    path: '/auth/password',
    summary: 'Change one’s password; ends all other sign-ins',
    permission: 'in-person',
    body: z.strictObject({ current: z.string().min(1).max(PASSWORD_LIMITS.charsMax), next: NewPassword }),
    answers: { status: 204 },
    handle: async ({ actor, principal, body, client }) => {
      await changePassword(deps, actor, principal, { ...body, address: client.address })
      return { body: undefined }
    },
  })
  return [list, revoke, password]
}

function presentSession(row: SignInRow, { signInId }: SignedInPerson): z.input<typeof SessionView> {
  return {
    id: row.id,
    current: row.id === signInId,
    address: row.address,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}
