import type { ManagementConfig } from '../config.js'
import { type Registration, registerInternalService } from '../internal-services/register-internal-service.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'

/** The `register-internal-service` command. @throws Fault as registerInternalService, and what Postgres throws. */
export function runRegisterInternalService(
  config: ManagementConfig,
  asked: Registration,
  { log }: CommandPorts,
): Promise<void> {
  const { trustDomain, namespace } = config
  return withDatabase(config, '-operate', async (db) => {
    const registered = await registerInternalService({ db, trustDomain, namespace }, OPERATOR, asked)
    log.info({ ...registered }, 'an internal service is registered')
  })
}
