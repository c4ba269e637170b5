import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VersionRef } from '../../vault/vault-client.js'
import type { CredentialKind } from './credential-schemas.js'

type CredentialState = 'pending' | 'active' | 'retired'

export interface CredentialRecord {
  /** Version id of the operational secret. */
  readonly id: string
  readonly secret_id: string
  readonly organization_id: string
  readonly app_id: string
  readonly kind: CredentialKind
  readonly identity: string
  readonly created_at: Date
  readonly created_by: string
}

/** The vault's version that holds the value. */
export function versionOf(record: Pick<CredentialRecord, 'id' | 'secret_id' | 'organization_id'>): VersionRef {
  return { organizationId: record.organization_id, secretId: record.secret_id, versionId: record.id }
}

/** The credential that an app has. */
export function credentialOf(db: Knex, organizationId: string, appId: string): Promise<CredentialRecord | undefined> {
  return db('attestation_credentials')
    .where({ organization_id: organizationId, app_id: appId, state: 'active' })
    .first<CredentialRecord | undefined>('*')
}

/** The same, unless the app or its organization is deleted. For verifications. */
export async function credentialInForce(
  db: Knex,
  organizationId: string,
  appId: string,
): Promise<CredentialRecord | undefined> {
  const { rows } = await db.raw<{ rows: CredentialRecord[] }>(
    `SELECT credential.* FROM attestation_credentials AS credential
     JOIN apps AS app ON app.id = credential.app_id AND app.organization_id = credential.organization_id
     JOIN organizations AS organization ON organization.id = credential.organization_id
     WHERE credential.organization_id = ? AND credential.app_id = ? AND credential.state = 'active'
       AND app.deleted_at IS NULL AND organization.state = 'active'`,
    [organizationId, appId],
  )
  return rows[0]
}

/** Puts the app's credentials in these states out of use, for the vault to destroy. Call it under the app's lock. */
export async function retireCredentials(
  trx: Knex.Transaction,
  organizationId: string,
  appId: string,
  states: readonly CredentialState[] = ['pending', 'active'],
): Promise<void> {
  await trx('attestation_credentials')
    .where({ organization_id: organizationId, app_id: appId })
    .whereIn('state', [...states])
    .update({ state: 'retired', retired_at: trx.raw('clock_timestamp()') })
}

/** Retired credentials that are not known to be erased at the vault: of one app, or of all. */
export function undestroyedCredentials(db: Knex, appId?: string): Promise<CredentialRecord[]> {
  const query = db('attestation_credentials').where({ state: 'retired', destroyed_at: null })
  if (appId !== undefined) query.where({ app_id: appId })
  return query.orderBy('id').select<CredentialRecord[]>('*')
}
