import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { registeredAmong } from './internal-service-rows.js'

/**
 * Refuses identities that are not registered for the secret's organization. Otherwise whoever gets a mistyped identity
 * later could lease the secret. Identities registered for other organizations are treated as unknown.
 *
 * @throws Fault INVALID_REQUEST.
 */
export async function refuseUnregistered(
  db: Knex,
  organizationId: string,
  spiffeIds: readonly string[],
): Promise<void> {
  const registered = await registeredAmong(db, organizationId, spiffeIds)
  const unknown = spiffeIds.filter((id) => !registered.has(id))
  if (unknown.length === 0) return
  const detail = `Not an internal service of this organization: ${unknown.join(', ')}. Ask an operator to register it.`
  // The log says only this: what somebody typed may be a value in the wrong field.
  throw new Fault('INVALID_REQUEST', 'bindings to an internal service that is not registered', {
    errors: [{ pointer: '/bindings/services', detail }],
  })
}
