import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagementConfig } from '../config.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { endLeaseKeys } from '../keys/end-lease-keys.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'

/**
 * The `end-lease-keys` command. It runs beside managements that serve, after the vault's `rotate-data-keys --now`,
 * because the vault cannot tell proxies anything. Anyone who may run one of the two may run the other.
 *
 * @throws Fault NOT_FOUND, and what Postgres throws. It is safe to run again then.
 */
export function runEndLeaseKeys(
  config: ManagementConfig,
  organizationId: string | undefined,
  { log, clock }: CommandPorts,
): Promise<void> {
  return withDatabase(config, '-lease-keys', async (db) => {
    const deps = { db, waitUntilSeen: createWaitUntilSeen({ db, clock, sleep }) }
    const ended = await endLeaseKeys(deps, OPERATOR, organizationId)
    log.info({ ...ended }, 'no proxy opens a lease that was shared under an earlier lease key')
  })
}
