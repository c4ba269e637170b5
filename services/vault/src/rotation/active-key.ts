import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type ActiveKey, dataKeyStore } from '../keys/data-key-store.js'
import { usableKey } from '../keys/data-keys.js'

/** @throws Fault NOT_FOUND if nothing was ever sealed for the organization; CONFLICT if it was shredded. */
export async function activeKey(vaultDb: Knex, organizationId: string): Promise<ActiveKey> {
  const key = await dataKeyStore(vaultDb).current(organizationId)
  if (key.state === 'absent')
    throw new Fault('NOT_FOUND', `${organizationId} has no data key`, { say: 'This organization has no data key yet.' })
  return usableKey(key)
}
