import type { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../../access/principal.js'
import { findApp } from '../../apps/app-store.js'
import type { Actor } from '../../audit/audit-entry.js'
import { returnedRow } from '../../db/returned-row.js'
import type { Change } from '../../feed/commit-change.js'
import type { Precondition } from '../../http/precondition.js'
import { type CheckedCredential, checkCredential } from './check-credential.js'
import type { CredentialDeps } from './credential-deps.js'
import { type CredentialRecord, credentialOf, retireCredentials, versionOf } from './credential-rows.js'
import type { CredentialInput } from './credential-schemas.js'
import { destroyRetiredIfPossible } from './destroy-credentials.js'
import { presentCredential } from './present-credential.js'
import { sealedForm } from './sealed-credential.js'

export interface PutCredential {
  /** Id or slug. */
  readonly app: string
  readonly given: CredentialInput
  readonly precondition: Precondition
}

export interface CredentialWasPut {
  readonly credential: CredentialRecord
  readonly outcome: 'created' | 'replaced'
}

const NO_BINDINGS = { origins: [], placements: [], services: [] } as const

/**
 * Gives an app its credential, or another in place of the one that it has, which the vault then erases. In steps:
 * 1 the pending row, so that a crash leaves a trace; 2 the vault stores the value; 3 the row becomes active and the
 * former one is retired; 4 the vault erases the former. No proxy holds credentials, so there is no wait.
 *
 * @throws Fault APP_NOT_FOUND, INVALID_REQUEST, PRECONDITION_FAILED, CONFLICT, UNAVAILABLE.
 */
export async function putCredential(
  deps: CredentialDeps,
  actor: Actor,
  org: Pick<CallOrg, 'id'>,
  { app, given, precondition }: PutCredential,
): Promise<CredentialWasPut> {
  const checked = checkCredential(given)
  try {
    const { result: pending } = await deps.commitChange(actor, async (trx) => {
      const { id } = await findApp(trx, org.id, app, 'lock')
      await precondition(async () => {
        const current = await credentialOf(trx, org.id, id)
        return current && presentCredential(current)
      })
      return begin(trx, actor, { organizationId: org.id, appId: id, checked })
    })
    const value = sealedForm(pending.app_id, checked)
    try {
      await store(deps, pending, value)
    } finally {
      value.wipe()
    }
    const { result } = await deps.commitChange(actor, (trx) => activate(trx, pending))
    await destroyRetiredIfPossible(deps, pending.app_id)
    return result
  } finally {
    checked.secret.wipe()
  }
}

/** Of two puts at once the one that began last counts, so a retry does not wait for what a crash left behind. */
async function begin(
  trx: Knex.Transaction,
  actor: Actor,
  { organizationId, appId, checked }: { organizationId: string; appId: string; checked: CheckedCredential },
): Promise<Change<CredentialRecord>> {
  await retireCredentials(trx, organizationId, appId, ['pending'])
  const pending = returnedRow(
    await trx('attestation_credentials')
      .insert({
        id: newId('version'),
        secret_id: newId('secret'),
        organization_id: organizationId,
        app_id: appId,
        kind: checked.kind,
        identity: checked.identity,
        state: 'pending',
        created_by: actor.id,
        created_token: actor.token ?? null,
      })
      .returning<CredentialRecord[]>('*'),
  )
  // Nothing is in force yet, so nothing is on the trail.
  return { result: pending, feed: [], audit: [] }
}

async function store({ vault }: CredentialDeps, pending: CredentialRecord, value: SecretBytes): Promise<void> {
  const version = versionOf(pending)
  try {
    await vault.putSecret({ ...version, generation: 1, purpose: 'OPERATIONAL', value, bindings: NO_BINDINGS })
  } catch (refused) {
    // The vault may have stored it although its answer was lost: ask, and close it if it is not stored (TOMB).
    const settlement = await vault.settleVersion(version).catch(() => undefined)
    if (settlement === 'STORED') return
    throw refused instanceof Fault && refused.code === 'CONFLICT' ? overtaken(pending) : refused
  }
}

/** CAS: works only while the row is pending. */
async function activate(trx: Knex.Transaction, pending: CredentialRecord): Promise<Change<CredentialWasPut>> {
  const { id, organization_id: organizationId, app_id: appId, kind, identity } = pending
  const app = await findApp(trx, organizationId, appId, 'lock')
  const former = await credentialOf(trx, organizationId, appId)
  await retireCredentials(trx, organizationId, appId, ['active'])
  const activated = await trx('attestation_credentials').where({ id, state: 'pending' }).update({ state: 'active' })
  if (activated !== 1) throw overtaken(pending)
  const event = former ? 'attestation-credential.replaced' : 'attestation-credential.created'
  const details = { slug: app.slug, kind, identity, version: id }
  return {
    result: { credential: pending, outcome: former ? 'replaced' : 'created' },
    feed: [],
    audit: [{ organizationId, event, targetId: appId, details }],
  }
}

const overtaken = ({ id }: CredentialRecord): Fault =>
  new Fault('CONFLICT', `the pending attestation credential ${id} was given up`, {
    say: 'Another request put or deleted this app’s credential at the same time, or this one took too long. Read the credential, and put yours again if it is still wanted.',
    retryAfterSeconds: 1,
  })
