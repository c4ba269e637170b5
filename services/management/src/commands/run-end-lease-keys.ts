import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagementConfig } from '../config.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { endLeaseKeys } from '../keys/end-lease-keys.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'

/**
 * The `end-lease-keys` command, beside managements that serve, after the vault's `rotate-data-keys --now`: the vault can
 * tell proxies nothing, and whoever may run one may run the other.
 *
 * @throws Fault NOT_FOUND, and what Postgres throws. To be run again then: it is safe to.
 */
export function runEndLeaseKeys(
  config: ManagementConfig,
  organizationId: string | undefined,
  { log, clock }: CommandPorts,
): Promise<void> {
  return withDatabase(config, '-lease-keys', async (db) => {
    const deps = { db, waitUntilSeen: createWaitUntilSeen({ db, clock, sleep }) }
    const ended = await endLeaseKeys(deps, OPERATOR, organizationId)
    log.info({ ...ended }, 'no proxy opens a lease under an earlier lease key')
  })
}
