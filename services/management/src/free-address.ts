import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { systemActor } from './audit/audit-entry.js'
import type { ManagementConfig } from './config.js'
import { type AddressToFree, freeAddress } from './people/free-address.js'

/** The `free-address` command, beside managements that serve. @throws Fault as freeAddress, and what Postgres throws. */
export async function runFreeAddress(
  config: ManagementConfig,
  asked: AddressToFree,
  { log }: { readonly log: Logger },
): Promise<void> {
  const db = connectPostgres(config.db, 'protectmyapi-management-free-address')
  try {
    log.info({ ...(await freeAddress(db, systemActor('operator'), asked)) }, 'the address has no account any more')
  } finally {
    await db.destroy()
  }
}
