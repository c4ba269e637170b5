import { z } from 'zod'
import { cutPage, pageById, pageOf, pageQuery } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { goneSince } from '../idempotency/replays.js'
import { internalServicesUntil } from '../internal-services/held-until.js'
import { changeExpiry } from './changes/change-expiry.js'
import { createAgain } from './changes/create-again.js'
import { createSecret } from './changes/create-secret.js'
import { deleteSecret } from './changes/delete-secret.js'
import { renameSecret } from './changes/rename-secret.js'
import { replaceValue } from './changes/replace-value.js'
import { importRoute } from './import/import-routes.js'
import { presentSecret, presentVersion } from './present-secret.js'
import { proposeBindings } from './propose-bindings.js'
import { secretByNameRoutes } from './secret-by-name-routes.js'
import type { SecretDeps } from './secret-deps.js'
import { activeSecrets, pageOfUsers, servicesUsing, settledVersions } from './secret-rows.js'
import {
  BindingsInput,
  Expiry,
  Force,
  InForceView,
  InternalServicesUntil,
  SecretName,
  SecretValue,
  SecretView,
  ServiceNameView,
  VersionView,
} from './secret-schemas.js'
import { showSecret } from './show-secret.js'

/** The place of a version in the list of versions: its generation. */
const GENERATION = /^\d{1,15}$/

export function secretRoutes(deps: SecretDeps): readonly Route[] {
  // The routes by name come first: a secret may be named `value` or `usage`, but none has the id `by-name`.
  return [
    ...secretByNameRoutes(deps),
    importRoute(deps),
    ...readRoutes(deps),
    ...writeRoutes(deps),
    ...changeRoutes(deps),
  ]
}

function readRoutes({ db }: SecretDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/secrets',
    summary: 'List secrets, masked',
    permission: 'secrets:read',
    query: pageById('secret'),
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
    handle: async ({ org, params }) => {
      const shown = await showSecret(db, org.id, params.secret)
      return { body: shown, resource: shown }
    },
  })
  const usage = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}/usage',
    summary: 'List the API services that use a secret',
    permission: 'secrets:read',
    query: pageById('service'),
    answers: { status: 200, body: pageOf(ServiceNameView) },
    handle: async ({ org, params, query }) => {
      const secret = await showSecret(db, org.id, params.secret)
      const which = { after: query.cursor, limit: query.limit + 1 }
      const rows = await pageOfUsers(db, org.id, secret.id, which)
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          (row) => row,
        ),
      }
    },
  })
  const versions = route({
    method: 'GET',
    path: '/orgs/{org}/secrets/{secret}/versions',
    summary: 'List the versions of a secret, newest first, never a value',
    permission: 'secrets:read',
    query: pageQuery((text) => GENERATION.test(text)),
    answers: { status: 200, body: pageOf(VersionView) },
    handle: async ({ org, params, query }) => {
      const secret = await showSecret(db, org.id, params.secret)
      const below = query.cursor === undefined ? undefined : Number(query.cursor)
      const which = { below, limit: query.limit + 1 }
      const rows = await settledVersions(db, org.id, secret.id, which)
      return { body: cutPage(rows, query.limit, ({ generation }) => String(generation), presentVersion) }
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
      'The secret is bound to the given `bindings`, or to those of a preset, or to those of a recommended name such as OPENAI_API_KEY.',
    permission: 'secrets:write',
    body: z.strictObject({
      name: SecretName,
      value: SecretValue,
      bindings: BindingsInput.optional(),
      preset: z.string().max(64).optional(),
      expiresAt: Expiry.optional(),
    }),
    answers: { status: 201, body: SecretView.extend({ inForce: InForceView }) },
    once: {
      compared: ({ value: _, ...rest }) => rest,
      async again({ actor, org, body }, secretId) {
        const bindings = proposeBindings(deps, body)
        const inForce = await createAgain(deps, actor, {
          organizationId: org.id,
          secretId,
          name: body.name,
          value: body.value,
          bindings,
        })
        if (inForce === 'undone') return inForce
        const shown = await showSecret(deps.db, org.id, secretId)
        if (shown.generation !== 1) throw goneSince(secretId)
        return { body: { ...shown, inForce }, resource: shown }
      },
    },
    handle: async ({ actor, org, body, claim }) => {
      const asked = { ...body, organizationId: org.id, expiresAt: body.expiresAt ?? null, claim }
      const { result: secretId, inForce } = await createSecret(deps, actor, asked)
      const shown = await showSecret(deps.db, org.id, secretId)
      return { body: { ...shown, inForce }, resource: shown }
    },
  })
  const replace = route({
    method: 'PUT',
    path: '/orgs/{org}/secrets/{secret}/value',
    summary: 'Replace the value; answers once no proxy uses the old one',
    description:
      'This is the only way to change bindings, and it needs the whole value again. Without `bindings`, they stay the same. If `name` is given, it has to be the name of the secret; it is required for bindings to internal services, because those ask for the secret by its name, and without `bindings` if somebody else has renamed the secret.',
    permission: 'secrets:write',
    body: z.strictObject({
      name: SecretName.optional(),
      value: SecretValue,
      bindings: BindingsInput.optional(),
      expiresAt: Expiry.optional(),
    }),
    answers: {
      status: 200,
      body: z.object({ secret: SecretView, inForce: InForceView, internalServicesUntil: InternalServicesUntil }),
    },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const asked = { ...body, organizationId: org.id, secretId: params.secret, precondition }
      const { inForce, destroyed } = await replaceValue(deps, actor, asked)
      const [secret, until] = await Promise.all([
        showSecret(deps.db, org.id, params.secret),
        internalServicesUntil(deps, org.id, params.secret, inForce),
        destroyed,
      ])
      return { body: { secret, inForce, internalServicesUntil: until } }
    },
  })
  return [create, replace]
}

function changeRoutes(deps: SecretDeps): readonly Route[] {
  const rename = route({
    method: 'PATCH',
    path: '/orgs/{org}/secrets/{secret}',
    summary: 'Rename a secret; API services that use it follow',
    description: 'Refused while it is bound to internal services: they ask for it by its name.',
    permission: 'secrets:write',
    body: z.strictObject({ name: SecretName }),
    answers: { status: 200, body: SecretView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      await renameSecret(deps, actor, { ...body, organizationId: org.id, secretId: params.secret, precondition })
      const shown = await showSecret(deps.db, org.id, params.secret)
      return { body: shown, resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: '/orgs/{org}/secrets/{secret}',
    summary: 'Delete a secret; answers when no request uses it any more',
    permission: 'secrets:write',
    query: z.strictObject({ force: Force }),
    answers: { status: 200, body: z.object({ inForce: InForceView, internalServicesUntil: InternalServicesUntil }) },
    conditional: true,
    handle: async ({ actor, org, params, query, precondition }) => {
      const asked = { organizationId: org.id, secretId: params.secret, force: query.force === 'true', precondition }
      const inForce = await deleteSecret(deps, actor, asked)
      return {
        body: { inForce, internalServicesUntil: await internalServicesUntil(deps, org.id, params.secret, inForce) },
      }
    },
  })
  const expire = route({
    method: 'PUT',
    path: '/orgs/{org}/secrets/{secret}/expiry',
    summary: 'Change or remove a secret’s expiry; answers once no proxy uses the previous one',
    permission: 'secrets:write',
    body: z.strictObject({ expiresAt: Expiry }),
    answers: { status: 200, body: z.object({ secret: SecretView, inForce: InForceView }) },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const asked = { organizationId: org.id, secretId: params.secret, expiresAt: body.expiresAt, precondition }
      const { inForce } = await changeExpiry(deps, actor, asked)
      return { body: { secret: await showSecret(deps.db, org.id, params.secret), inForce } }
    },
  })
  return [rename, remove, expire]
}
