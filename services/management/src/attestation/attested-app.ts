import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AppRow } from '../directory/sessions/session-rows.js'
import type { AttestationSettings } from './attestation-settings.js'

/** An app as it was when its proof was checked. */
export type AttestedApp = Pick<AppRow, 'id' | 'organizationId' | 'generation' | 'attestation'>

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
