import { findApp } from '../../apps/app-store.js'
import { type Route, route } from '../../http/route.js'
import type { CredentialDeps } from './credential-deps.js'
import { credentialOf } from './credential-rows.js'
import { CredentialInput, CredentialView } from './credential-schemas.js'
import { deleteCredential, noCredential } from './delete-credential.js'
import { presentCredential } from './present-credential.js'
import { putCredential } from './put-credential.js'

const CREDENTIAL = '/orgs/{org}/apps/{app}/attestation-credential'

/** Whoever may write an app's settings may still not enter secrets, so the writes ask for `secrets:write`. */
export function credentialRoutes(deps: CredentialDeps): readonly Route[] {
  const read = route({
    method: 'GET',
    path: CREDENTIAL,
    summary: 'Show what an app’s attestations are verified with, without its secret',
    permission: 'apps:read',
    answers: { status: 200, body: CredentialView },
    conditional: true,
    handle: async ({ org, params }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const credential = await credentialOf(deps.db, org.id, app.id)
      if (!credential) throw noCredential()
      const shown = presentCredential(credential)
      return { body: shown, resource: shown }
    },
  })
  const put = route({
    method: 'PUT',
    path: CREDENTIAL,
    summary: 'Set what an app’s Play Integrity verdicts are verified with, or replace it',
    description:
      'Either the response keys of the Play Console, or the key of a service account that may use the Play Integrity API. Once it is answered, no verification begins with the former one.',
    permission: 'secrets:write',
    body: CredentialInput,
    answers: { status: 200, orCreated: true, body: CredentialView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const { credential, outcome } = await putCredential(deps, actor, org, {
        app: params.app,
        given: body,
        precondition,
      })
      return { body: presentCredential(credential), created: outcome === 'created' }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: CREDENTIAL,
    summary: 'Delete what an app’s Play Integrity verdicts are verified with',
    description: 'Once it is answered, no verification begins with it.',
    permission: 'secrets:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, org, params, precondition }) => {
      await deleteCredential(deps, actor, org, { app: params.app, precondition })
      return { body: undefined }
    },
  })
  return [read, put, remove]
}
