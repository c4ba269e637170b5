import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres'
import { systemActor } from './audit/audit-entry.js'
import type { ManagementConfig } from './config.js'
import { type Registration, registerInternalService } from './internal-services/register-internal-service.js'
import { revokeInternalService } from './internal-services/revoke-internal-service.js'

/** Whoever can run a command of the image decides which identities are services; no person of an organisation does. */
const OPERATOR = systemActor('operator')

interface Ports {
  readonly log: Logger
  readonly clock: Clock
}

/** The `register-internal-service` command. @throws Fault as registerInternalService, and what Postgres throws. */
export async function operateRegistration(
  config: ManagementConfig,
  asked: Registration,
  { log }: Ports,
): Promise<void> {
  const { trustDomain, namespace } = config
  await withDatabase(config, async (db) => {
    const registered = await registerInternalService({ db, trustDomain, namespace }, OPERATOR, asked)
    log.info({ ...registered }, 'an internal service is registered')
  })
}

/** The `revoke-internal-service` command. @throws Fault NOT_FOUND, and what Postgres throws. */
export async function operateRevocation(
  config: ManagementConfig,
  spiffeId: string,
  { log, clock }: Ports,
): Promise<void> {
  await withDatabase(config, async (db) => {
    const revoked = await revokeInternalService({ db, clock }, OPERATOR, spiffeId)
    log.info({ ...revoked, spiffeId }, 'an internal service is granted nothing any more')
  })
}

async function withDatabase(config: ManagementConfig, work: (db: Knex) => Promise<void>): Promise<void> {
  const db = connectPostgres(config.db, 'protectmyapi-management-operate')
  try {
    await work(db)
  } finally {
    await db.destroy()
  }
}
