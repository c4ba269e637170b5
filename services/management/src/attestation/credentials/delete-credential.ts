import { Fault } from '@protectmyapi/service-kit/faults'
import type { CallOrg } from '../../access/principal.js'
import { findApp } from '../../apps/app-store.js'
import type { Actor } from '../../audit/audit-entry.js'
import type { Precondition } from '../../http/precondition.js'
import type { CredentialDeps } from './credential-deps.js'
import { credentialOf, retireCredentials } from './credential-rows.js'
import { destroyRetiredIfPossible } from './destroy-credentials.js'
import { presentCredential } from './present-credential.js'

/**
 * Takes an app's credential away, and has the vault erase it. A put that is under way comes to nothing.
 *
 * @throws Fault APP_NOT_FOUND, NOT_FOUND, PRECONDITION_FAILED.
 */
export async function deleteCredential(
  deps: CredentialDeps,
  actor: Actor,
  org: Pick<CallOrg, 'id'>,
  asked: { readonly app: string; readonly precondition: Precondition },
): Promise<void> {
  const { result: appId } = await deps.commitChange(actor, async (trx) => {
    const app = await findApp(trx, org.id, asked.app, 'lock')
    const current = await credentialOf(trx, org.id, app.id)
    await asked.precondition(async () => current && presentCredential(current))
    if (!current) throw noCredential()
    await retireCredentials(trx, org.id, app.id)
    const details = { slug: app.slug, kind: current.kind, identity: current.identity, version: current.id }
    return {
      result: app.id,
      feed: [],
      audit: [{ organizationId: org.id, event: 'attestation-credential.deleted', targetId: app.id, details }],
    }
  })
  await destroyRetiredIfPossible(deps, appId)
}

export const noCredential = (): Fault =>
  new Fault('NOT_FOUND', 'no attestation credential', {
    say: 'This app has no attestation credential. Put one to verify its Play Integrity verdicts.',
  })
