import { badField } from '@protectmyapi/service-kit/http/validate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import { SCOPES } from '../access/roles.js'
import type { CommitChange } from '../feed/commit-change.js'
import { Name, Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { shownOnce } from '../idempotency/replays.js'
import { TOKEN_LIMITS } from './token-limits.js'
import { createToken, listTokens, revokeToken, type TokenRecord } from './token-rows.js'

const Organizations = z.union([z.literal('all'), z.array(z.string())])

const TokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    organizations: Organizations,
    createdAt: Timestamp,
    expiresAt: Timestamp,
    lastUsedAt: Timestamp.nullable().meta({ description: 'To the minute.' }),
    revokedAt: Timestamp.nullable(),
  })
  .meta({ id: 'PersonalToken' })

const NewToken = z.strictObject({
  name: Name,
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .meta({ description: 'Permissions of the token. It never allows more than your role in the organization.' }),
  organizations: z
    .union([z.literal('all'), z.array(z.string().min(1).max(64)).min(1).max(TOKEN_LIMITS.organizationsMax)])
    .meta({
      description:
        'Ids or slugs of the organizations that the token reaches. all: every organization that you belong to, now or later.',
    }),
  expiresInDays: z.int().min(1).max(TOKEN_LIMITS.daysMax),
})

/** A person's own personal access tokens, managed in person: no token makes, lists or revokes tokens. */
export function tokenRoutes({ db, commitChange }: { db: Knex; commitChange: CommitChange }): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/auth/tokens',
    summary: 'List one’s own personal access tokens, without the tokens',
    permission: 'in-person',
    query: pageById('personalToken'),
    answers: { status: 200, body: pageOf(TokenView) },
    handle: async ({ principal, query }) => {
      const rows = await listTokens(db, principal.userId, { after: query.cursor, limit: query.limit + 1 })
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentToken) }
    },
  })
  const create = route({
    method: 'POST',
    path: '/auth/tokens',
    summary: 'Create a personal access token; it is shown once, here',
    permission: 'in-person',
    body: NewToken,
    answers: { status: 201, body: TokenView.extend({ token: z.string() }) },
    once: {
      compared: (body) => body,
      again: async (_call, made) => {
        throw shownOnce(`/auth/tokens/${made}`)
      },
    },
    handle: async ({ actor, principal, body, claim }) => {
      if (body.scopes.includes('organizations:create') && body.organizations !== 'all')
        throw badField(
          '/scopes',
          'organizations:create needs organizations: "all"; else it could not reach what it made.',
        )
      const { record, token } = await createToken(commitChange, actor, { ...body, userId: principal.userId, claim })
      return { body: { ...presentToken(record), token } }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/auth/tokens/{token}',
    summary: 'Revoke one of one’s own personal access tokens; it stops working at once',
    permission: 'in-person',
    answers: { status: 204 },
    handle: async ({ actor, principal, params }) => {
      await revokeToken(commitChange, actor, { userId: principal.userId, id: params.token })
      return { body: undefined }
    },
  })
  return [list, create, revoke]
}

function presentToken(record: TokenRecord): z.input<typeof TokenView> {
  return {
    id: record.id,
    name: record.name,
    scopes: record.scopes,
    organizations: record.organization_ids ?? 'all',
    createdAt: record.created_at.toISOString(),
    expiresAt: record.expires_at.toISOString(),
    lastUsedAt: record.last_used_at?.toISOString() ?? null,
    revokedAt: record.revoked_at?.toISOString() ?? null,
  }
}
