import { createHash } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AttestedApp } from './attested-app.js'
import { type ProvenDevice, refuseRevoked } from './proof.js'

/**
 * The device of an installed app, made when it proves itself for the first time. Neither Google's verdict nor Firebase's
 * token names a device, so the app names itself; only a hash is kept.
 *
 * @throws Fault FORBIDDEN for a revoked device.
 */
export async function installedDevice(
  trx: Knex,
  app: Pick<AttestedApp, 'id' | 'organizationId'>,
  kind: 'play-integrity' | 'app-check',
  installation: string,
): Promise<ProvenDevice> {
  const id = newId('device')
  const hash = createHash('sha256').update(installation, 'utf8').digest()
  const { rows } = await trx.raw<{ rows: { id: string; generation: string; revoked_at: Date | null }[] }>(
    `INSERT INTO devices (id, organization_id, app_id, kind, installation_hash) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (app_id, kind, installation_hash) WHERE installation_hash IS NOT NULL
     DO UPDATE SET last_seen_at = clock_timestamp()
     RETURNING id, generation, revoked_at`,
    [id, app.organizationId, app.id, kind, hash],
  )
  const [device] = rows
  if (!device) throw new Fault('INTERNAL', 'a device was neither made nor found')
  refuseRevoked(device.revoked_at)
  return { id: device.id, generation: Number(device.generation), registered: device.id === id ? {} : undefined }
}
