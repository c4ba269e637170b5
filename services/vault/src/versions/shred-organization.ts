import { Fault } from '@protectmyapi/service-kit/faults'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import { dataKeyStore } from '../keys/data-key-store.js'
import type { DataKeys } from '../keys/data-keys.js'
import { checkIds } from './bounds.js'
import { versionStore } from './version-store.js'

/**
 * Destroys the data keys of an organisation, and with them everything sealed under them. Idempotent.
 *
 * First the rows that every put and lease looks at in its own transaction, so that other replicas stop at the commit
 * although they hold the key in memory; then the wrapped bytes. A crash between the two is mended by the repetition.
 */
export const shredOrganization =
  ({ vaultDb, keys }: { vaultDb: Knex; keys: Pick<DataKeys, 'shred'> }) =>
  async (organizationId: string): Promise<void> => {
    checkIds({ organization_id: organizationId })
    if (organizationId === INSTALLATION_ORGANIZATION) {
      throw new Fault('INVALID_REQUEST', 'the installation itself is not shredded', {
        say: 'The installation itself cannot be shredded.',
      })
    }
    await vaultDb.transaction(async (trx) => {
      await dataKeyStore(trx).destroy(organizationId, newId('key'))
      await versionStore(trx).destroyOrganization(organizationId)
    })
    await keys.shred(organizationId)
  }
