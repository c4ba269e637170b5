import type { Knex } from '@protectmyapi/service-kit/postgres'
import { z } from 'zod'
import { cutPage, PageQuery, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { changeExpiry } from './change-expiry.js'
import { createSecret } from './create-secret.js'
import { deleteSecret } from './delete-secret.js'
import { presentSecret, presentVersion } from './present-secret.js'
import { renameSecret } from './rename-secret.js'
import { activeOrAbsent, replaceValue } from './replace-value.js'
import type { SecretDeps } from './secret-deps.js'
import { activeSecrets, servicesUsing, settledVersions } from './secret-rows.js'
import {
  BindingsInput,
  Expiry,
  InForceView,
  SecretName,
  SecretValue,
  SecretView,
  ServiceNameView,
  VersionView,
} from './secret-schemas.js'

/** Versions shown of one secret: the newest. */
const VERSIONS_MAX = 100

export function secretRoutes(deps: SecretDeps): readonly Route[] {
  return [...readRoutes(deps), ...writeRoutes(deps), ...changeRoutes(deps)]
}

function readRoutes({ db }: SecretDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/secrets',
    summary: 'List secrets, masked',
    permission: 'secrets:read',
    query: PageQuery,
    answers: { status: 200, body: pageOf(SecretView) },
    handle: async ({ org, query }) => {
      const rows = await activeSecrets(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      const used = await servicesUsing(
        db,
        org.id,
        rows.map(({ id }) => id),
      )
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          (row) => presentSecret(row, used.get(row.id) ?? []),
        ),
      }
    },
  })
  const show = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}',
    summary: 'Show a secret, masked',
    permission: 'secrets:read',
    answers: { status: 200, body: SecretView },
    handle: async ({ org, params }) => ({ body: await viewOf(db, org.id, params.secret) }),
  })
  const usage = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}/usage',
    summary: 'List the API services that use a secret',
    permission: 'secrets:read',
    answers: { status: 200, body: z.object({ services: z.array(ServiceNameView) }) },
    handle: async ({ org, params }) => ({ body: { services: (await viewOf(db, org.id, params.secret)).usedBy } }),
  })
  const versions = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}/versions',
    summary: 'List the versions of a secret, newest first, never a value',
    permission: 'secrets:read',
    answers: { status: 200, body: z.object({ items: z.array(VersionView), next: z.null() }) },
    handle: async ({ org, params }) => {
      await viewOf(db, org.id, params.secret)
      const rows = await settledVersions(db, org.id, params.secret, VERSIONS_MAX)
      return { body: { items: rows.map(presentVersion), next: null } }
    },
  })
  return [list, show, usage, versions]
}

function writeRoutes(deps: SecretDeps): readonly Route[] {
  const create = route({
    method: 'POST',
    path: '/orgs/{org}/secrets',
    summary: 'Store a secret',
    description:
      'Bound to where it may go: bindings, or those of a preset, or those of a recommended name such as OPENAI_API_KEY.',
    permission: 'secrets:write',
    body: z.strictObject({
      name: SecretName,
      value: SecretValue,
      bindings: BindingsInput.optional(),
      preset: z.string().max(64).optional(),
      expiresAt: Expiry.optional(),
    }),
    answers: { status: 201, body: SecretView.extend({ inForce: InForceView }) },
    handle: async ({ actor, org, body }) => {
      const asked = { ...body, organizationId: org.id, expiresAt: body.expiresAt ?? null }
      const { result: secretId, inForce } = await createSecret(deps, actor, asked)
      return { body: { ...(await viewOf(deps.db, org.id, secretId)), inForce } }
    },
  })
  const replace = route({
    method: 'PUT',
    path: '/orgs/{org}/secrets/{secret}/value',
    summary: 'Replace the value; answers when the old one is dead in the data plane',
    description: 'Bindings change here alone, with the whole value entered again. Absent, they stay the same.',
    permission: 'secrets:write',
    body: z.strictObject({ value: SecretValue, bindings: BindingsInput.optional(), expiresAt: Expiry.optional() }),
    answers: {
      status: 200,
      body: z.object({ secret: SecretView, inForce: InForceView, internalServicesUntil: z.null() }),
    },
    handle: async ({ actor, org, params, body }) => {
      const asked = { ...body, organizationId: org.id, secretId: params.secret }
      const { inForce } = await replaceValue(deps, actor, asked)
      const secret = await viewOf(deps.db, org.id, params.secret)
      return { body: { secret, inForce, internalServicesUntil: null } }
    },
  })
  return [create, replace]
}

function changeRoutes(deps: SecretDeps): readonly Route[] {
  const rename = route({
    method: 'PATCH',
    path: '/orgs/{org}/secrets/{secret}',
    summary: 'Rename a secret; services that use it follow',
    permission: 'secrets:write',
    body: z.strictObject({ name: SecretName }),
    answers: { status: 200, body: SecretView },
    handle: async ({ actor, org, params, body }) => {
      await renameSecret(deps, actor, { organizationId: org.id, secretId: params.secret, name: body.name })
      return { body: await viewOf(deps.db, org.id, params.secret) }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: '/orgs/{org}/secrets/{secret}',
    summary: 'Delete a secret; answers when no request uses it any more',
    permission: 'secrets:write',
    query: z.strictObject({
      force: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Although services use it: they will answer SECRET_NOT_FOUND.' }),
    }),
    answers: { status: 200, body: z.object({ inForce: InForceView }) },
    handle: async ({ actor, org, params, query }) => {
      const asked = { organizationId: org.id, secretId: params.secret, force: query.force === 'true' }
      return { body: { inForce: await deleteSecret(deps, actor, asked) } }
    },
  })
  const expire = route({
    method: 'PUT',
    path: '/orgs/{org}/secrets/{secret}/expiry',
    summary: 'Give a secret another end, or none; answers when no proxy goes by the former one',
    permission: 'secrets:write',
    body: z.strictObject({ expiresAt: Expiry }),
    answers: { status: 200, body: z.object({ secret: SecretView, inForce: InForceView }) },
    handle: async ({ actor, org, params, body }) => {
      const asked = { organizationId: org.id, secretId: params.secret, expiresAt: body.expiresAt }
      const { inForce } = await changeExpiry(deps, actor, asked)
      return { body: { secret: await viewOf(deps.db, org.id, params.secret), inForce } }
    },
  })
  return [rename, remove, expire]
}

/** @throws Fault SECRET_NOT_FOUND. */
async function viewOf(db: Knex, organizationId: string, secretId: string): Promise<ReturnType<typeof presentSecret>> {
  const [row] = await activeSecrets(db, organizationId, { limit: 1, id: secretId })
  const secret = activeOrAbsent(row)
  const used = await servicesUsing(db, organizationId, [secret.id])
  return presentSecret(secret, used.get(secret.id) ?? [])
}
