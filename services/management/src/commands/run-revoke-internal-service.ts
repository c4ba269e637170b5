import type { ManagementConfig } from '../config.js'
import { revokeInternalService } from '../internal-services/revoke-internal-service.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'

/** The `revoke-internal-service` command. @throws Fault NOT_FOUND, and what Postgres throws. */
export function runRevokeInternalService(
  config: ManagementConfig,
  spiffeId: string,
  { log, clock }: CommandPorts,
): Promise<void> {
  return withDatabase(config, '-operate', async (db) => {
    const revoked = await revokeInternalService({ db, clock }, OPERATOR, spiffeId)
    log.info({ ...revoked, spiffeId }, 'the internal service was revoked: it is granted nothing from now on')
  })
}
