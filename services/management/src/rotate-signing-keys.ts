import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { spiffeId } from '@protectmyapi/service-kit/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import { systemActor } from './audit/audit-entry.js'
import type { ManagementConfig } from './config.js'
import { createWaitUntilSeen } from './feed/wait-until-seen.js'
import { rotateAllKeys } from './keys/rotate-all-keys.js'
import { createGrpcVault } from './vault/grpc-vault-client.js'

/** Who can run a command of the image is the operator; no person of an organisation has a say in the installation's keys. */
const OPERATOR = systemActor('operator')

/**
 * The `rotate-signing-keys` command, beside managements that serve. Ends when the change is in force everywhere.
 *
 * @throws Fault UNAVAILABLE while the vault is away, and what Postgres throws. To be run again then: it is safe to.
 */
export async function rotateSigningKeys(
  config: ManagementConfig,
  asked: { readonly now: boolean },
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): Promise<void> {
  const material = await watchMaterial(config.tls, log)
  const db = connectPostgres(config.db, 'protectmyapi-management-rotate')
  const serverId = spiffeId(config.trustDomain, config.namespace, 'vault')
  const { vault, close } = createGrpcVault({ address: config.vaultAddress, serverId, material })
  const waitUntilSeen = createWaitUntilSeen({ db, clock, sleep })
  try {
    for (const { key, made, withdrawn, inForce } of await rotateAllKeys({ db, vault, waitUntilSeen }, OPERATOR, asked))
      log.info({ use: key.use, kid: key.id, made, withdrawn, inForce }, 'another signing key is in force')
  } finally {
    close()
    material.stop()
    await db.destroy()
  }
}
