import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AttestationSettings } from './attestation-settings.js'

/** An app as it was when its proof was checked. */
export interface AttestedApp {
  readonly id: string
  readonly organizationId: string
  readonly generation: string
  readonly attestation: AttestationSettings
}

interface AppRecord {
  readonly id: string
  readonly organization_id: string
  readonly generation: string
  readonly enabled: boolean
  readonly attestation: AttestationSettings
}

export type WhichApp = { readonly token: string } | { readonly id: string; readonly organizationId: string }

/** @throws Fault APP_NOT_FOUND, APP_DISABLED. */
export async function findAttestedApp(db: Knex, which: WhichApp): Promise<AttestedApp> {
  const query = db('apps')
    .join('organizations', 'organizations.id', 'apps.organization_id')
    .whereNull('apps.deleted_at')
    .where('organizations.state', 'active')
  if ('token' in which) query.where('apps.token', which.token)
  else query.where({ 'apps.id': which.id, 'apps.organization_id': which.organizationId })
  const record = await query.first<AppRecord | undefined>(
    'apps.id',
    'apps.organization_id',
    'apps.generation',
    'apps.enabled',
    'apps.attestation',
  )
  if (!record) throw new Fault('APP_NOT_FOUND', 'no such app')
  if (!record.enabled) throw new Fault('APP_DISABLED', `app ${record.id} is disabled`)
  const { id, organization_id: organizationId, generation, attestation } = record
  return { id, organizationId, generation, attestation }
}

/**
 * Refuses to sell under settings that were changed while the proof was checked, which may take as long as Google does.
 * The row is not locked: overlapping sales would keep an owner's change waiting for as long as they come, and a session
 * that is sold in the moment of a change is as good as one that was sold just before it, because sessions stay.
 *
 * @throws Fault UNAVAILABLE.
 */
export async function refuseChanged(trx: Knex, { id, organizationId, generation }: AttestedApp): Promise<void> {
  const unchanged = await trx('apps')
    .join('organizations', 'organizations.id', 'apps.organization_id')
    .where({ 'apps.id': id, 'apps.organization_id': organizationId, 'apps.generation': generation })
    .where({ 'apps.enabled': true, 'apps.deleted_at': null, 'organizations.state': 'active' })
    .first<{ id: string } | undefined>('apps.id')
  if (unchanged) return
  throw new Fault('UNAVAILABLE', 'the app changed while its proof was checked', {
    say: 'The app’s settings changed while the proof was checked. Make a new proof for the same challenge.',
    retryAfterSeconds: 1,
  })
}

/** The settings under which a kind of proof is accepted. @throws Fault ATTESTATION_FAILED where the app has none. */
export function acceptedBy<Kind extends keyof AttestationSettings>(
  { attestation }: AttestedApp,
  kind: Kind,
): NonNullable<AttestationSettings[Kind]> {
  const settings = attestation[kind]
  if (settings) return settings
  throw new Fault('ATTESTATION_FAILED', `the app accepts no ${kind} attestation`, {
    say: `This app does not accept ${NAMES[kind]}. An owner or admin can set it up in the app’s settings (attestation.${kind}).`,
  })
}

const NAMES = { apple: 'App Attest', android: 'Play Integrity', firebase: 'Firebase App Check' } as const
