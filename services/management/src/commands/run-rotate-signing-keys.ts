import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { shownNames } from '@protectmyapi/service-kit/shown-text'
import type { ManagementConfig } from '../config.js'
import { createWaitUntilSeen } from '../feed/wait-until-seen.js'
import { rotateAllKeys } from '../keys/rotate-all-keys.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'
import { withVault } from './with-vault.js'

/**
 * The `rotate-signing-keys` command, run beside managements that serve. Ends when the change is in force everywhere.
 *
 * @throws Fault UNAVAILABLE while the vault is away, and what Postgres throws. It is safe to run again then. Error if
 * the vault refuses to erase a withdrawn key, thrown once all others are erased.
 */
export function runRotateSigningKeys(
  config: ManagementConfig,
  asked: { readonly now: boolean },
  { log, clock }: CommandPorts,
): Promise<void> {
  return withVault(config, log, (vault) =>
    withDatabase(config, '-rotate', async (db) => {
      const deps = { db, vault, log, waitUntilSeen: createWaitUntilSeen({ db, clock, sleep }) }
      tellRotated(await rotateAllKeys(deps, OPERATOR, asked), log)
    }),
  )
}

/** @throws Error with the ids of withdrawn keys that were not erased. */
export function tellRotated(all: Awaited<ReturnType<typeof rotateAllKeys>>, log: Logger): void {
  for (const { key, made, withdrawn, inForce } of all)
    log.info({ use: key.use, kid: key.id, made, withdrawn, inForce }, 'a new signing key is in force')
  const refused = [...new Set(all.flatMap(({ undestroyed }) => undestroyed))]
  if (refused.length > 0)
    throw new Error(
      `the vault refused to erase ${shownNames(refused)}; the log has the reasons. Check these rows of signing_keys. ` +
        'All other withdrawn keys are erased',
    )
}
