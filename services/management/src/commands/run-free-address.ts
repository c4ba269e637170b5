import type { ManagementConfig } from '../config.js'
import { type AddressToFree, freeAddress } from '../people/free-address.js'
import type { CommandPorts } from './command-ports.js'
import { OPERATOR } from './operator.js'
import { withDatabase } from './with-database.js'

/** The `free-address` command. @throws Fault as freeAddress, and what Postgres throws. */
export function runFreeAddress(config: ManagementConfig, asked: AddressToFree, { log }: CommandPorts): Promise<void> {
  return withDatabase(config, '-free-address', async (db) => {
    log.info(
      { ...(await freeAddress(db, OPERATOR, asked)) },
      'the address is free; its account now signs in with the new address',
    )
  })
}
