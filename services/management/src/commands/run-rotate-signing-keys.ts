import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagementConfig } from '../config.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { rotateAllKeys } from '../keys/rotate-all-keys.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'
import { withVault } from './with-vault.js'

/**
 * The `rotate-signing-keys` command, beside managements that serve. Ends when the change is in force everywhere.
 *
 * @throws Fault UNAVAILABLE while the vault is away, and what Postgres throws. To be run again then: it is safe to.
 */
export function runRotateSigningKeys(
  config: ManagementConfig,
  asked: { readonly now: boolean },
  { log, clock }: CommandPorts,
): Promise<void> {
  return withVault(config, log, (vault) =>
    withDatabase(config, 'rotate', async (db) => {
      const deps = { db, vault, waitUntilSeen: createWaitUntilSeen({ db, clock, sleep }) }
      for (const { key, made, withdrawn, inForce } of await rotateAllKeys(deps, OPERATOR, asked))
        log.info({ use: key.use, kid: key.id, made, withdrawn, inForce }, 'another signing key is in force')
    }),
  )
}
