import { validateParam } from '@protectmyapi/service-kit/http/validate'
import { z } from 'zod'
import { ExternalVersion } from '../http/fields.js'
import { type Route, route } from '../http/route.js'
import { internalServicesUntil } from '../internal-services/held-until.js'
import { deleteSecret } from './changes/delete-secret.js'
import { putSecretByName } from './changes/put-secret-by-name.js'
import type { SecretDeps } from './secret-deps.js'
import { secretIdOf } from './secret-rows.js'
import {
  BindingsInput,
  Expiry,
  Force,
  InForceView,
  InternalServicesUntil,
  SecretName,
  SecretValue,
  SecretView,
} from './secret-schemas.js'
import { showSecret } from './show-secret.js'

const BY_NAME = '/orgs/{org}/secrets/by-name/{name}'

/** Secrets by their natural key, so that automation does not have to look up or keep ids. */
export function secretByNameRoutes(deps: SecretDeps): readonly Route[] {
  const read = route({
    method: 'GET',
    path: BY_NAME,
    summary: 'Show a secret by its name, masked',
    permission: 'secrets:read',
    answers: { status: 200, body: SecretView },
    handle: async ({ org, params }) => {
      const shown = await showSecret(deps.db, org.id, await secretIdOf(deps.db, org.id, params.name))
      return { body: shown, resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: BY_NAME,
    summary: 'Delete a secret by its name; answers when no request uses it any more',
    permission: 'secrets:write',
    query: z.strictObject({ force: Force }),
    answers: { status: 200, body: z.object({ inForce: InForceView, internalServicesUntil: InternalServicesUntil }) },
    conditional: true,
    handle: async ({ actor, org, params, query, precondition }) => {
      const secretId = await secretIdOf(deps.db, org.id, params.name)
      const { name } = params
      const asked = { organizationId: org.id, secretId, name, force: query.force === 'true', precondition }
      const inForce = await deleteSecret(deps, actor, asked)
      return { body: { inForce, internalServicesUntil: await internalServicesUntil(deps, org.id, secretId, inForce) } }
    },
  })
  return [read, putRoute(deps), remove]
}

function putRoute(deps: SecretDeps): Route {
  return route({
    method: 'PUT',
    path: BY_NAME,
    summary: 'Create the secret of this name, or replace its value',
    description:
      'Answers once no proxy uses the old value. Send bindings or a preset unless the secret exists already or its name is one that a preset recommends. If `externalVersion` equals the one in force, the rest of the body is ignored.',
    permission: 'secrets:write',
    body: z.strictObject({
      value: SecretValue,
      bindings: BindingsInput.optional(),
      preset: z.string().max(64).optional(),
      expiresAt: Expiry.optional(),
      externalVersion: ExternalVersion.optional(),
    }),
    answers: {
      status: 200,
      orCreated: true,
      body: SecretView.extend({
        outcome: z.enum(['created', 'replaced', 'unchanged']),
        inForce: InForceView,
        internalServicesUntil: InternalServicesUntil,
      }),
    },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const name = validateParam('name', SecretName, params.name)
      const put = await putSecretByName(deps, actor, { ...body, organizationId: org.id, name, precondition })
      const { secretId, outcome, inForce } = put
      const shown = await showSecret(deps.db, org.id, secretId)
      const until = await internalServicesUntil(deps, org.id, secretId, inForce)
      return { body: { ...shown, outcome, inForce, internalServicesUntil: until }, created: outcome === 'created' }
    },
  })
}
