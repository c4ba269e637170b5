import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { systemActor } from './audit/audit-entry.js'
import type { ManagementConfig } from './config.js'
import { createWaitUntilSeen } from './feed/wait-until-seen.js'
import { endLeaseKeys } from './keys/end-lease-keys.js'

/**
 * The `end-lease-keys` command, beside managements that serve, after the vault's `rotate-data-keys --now`: the vault can
 * tell proxies nothing, and whoever may run one may run the other.
 *
 * @throws Fault NOT_FOUND, and what Postgres throws. To be run again then: it is safe to.
 */
export async function runEndLeaseKeys(
  config: ManagementConfig,
  organizationId: string | undefined,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): Promise<void> {
  const db = connectPostgres(config.db, 'protectmyapi-management-lease-keys')
  try {
    const deps = { db, waitUntilSeen: createWaitUntilSeen({ db, clock, sleep }) }
    const ended = await endLeaseKeys(deps, systemActor('operator'), organizationId)
    log.info({ ...ended }, 'no proxy opens a lease under an earlier lease key')
  } finally {
    await db.destroy()
  }
}
