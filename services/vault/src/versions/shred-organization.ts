import { Fault } from '@protectmyapi/service-kit/faults'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { dataKeyStore } from '../keys/data-key-store.js'
import type { DataKeys } from '../keys/data-keys.js'
import { checkIds } from './bounds.js'
import { versionStore } from './version-store.js'

export interface Shredded {
  /** Unix time in milliseconds from which no backup of `vault_keys` holds the keys, by the operator's configuration. */
  readonly finalAtMs: number
}

interface Deps {
  readonly vaultDb: Knex
  readonly keys: Pick<DataKeys, 'shred'>
  readonly backupDays: number
  readonly log: Logger
}

const DAY_MS = 86_400_000

/**
 * Destroys the data keys of an organization, and with them everything sealed under them. Idempotent.
 *
 * First changes the rows that every put and lease reads in its own transaction, so that other replicas stop at the
 * commit although they hold the key in memory; then deletes the wrapped bytes. After a crash between the two, calling
 * it again completes it.
 */
export const shredOrganization =
  ({ vaultDb, keys, backupDays, log }: Deps) =>
  async (organizationId: string): Promise<Shredded> => {
    checkIds({ organization_id: organizationId })
    if (organizationId === INSTALLATION_ORGANIZATION) {
      throw new Fault('INVALID_REQUEST', 'the installation itself is not shredded', {
        say: 'The installation itself cannot be shredded.',
      })
    }
    const destroyedAtMs = await vaultDb.transaction(async (trx) => {
      const at = await dataKeyStore(trx).destroy(organizationId, newId('key'))
      await versionStore(trx).destroyOrganization(organizationId)
      return at
    })
    await keys.shred(organizationId)
    const finalAtMs = destroyedAtMs + backupDays * DAY_MS
    log.info({ event: 'organization.shredded', organizationId, finalAt: new Date(finalAtMs) }, 'data keys destroyed')
    return { finalAtMs }
  }
