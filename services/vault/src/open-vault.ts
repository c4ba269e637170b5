import { randomInt } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { watchPostgres } from '@protectmyapi/service-kit/telemetry/postgres-metrics'
import { NO_TELEMETRY, type Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { KmsConfig, VaultConfig } from './config.js'
import { readInstallationId } from './db/installation.js'
import { headKeys } from './heads/head-keys.js'
import { countedKeyService } from './keys/counted-key-service.js'
import { dataKeys } from './keys/data-keys.js'
import { heldOffKeyService } from './keys/held-off-key-service.js'
import { keyFile } from './keys/key-file.js'
import type { KeyService } from './keys/key-service.js'
import { createVaultMeasures } from './telemetry/vault-measures.js'
import { versionOpener } from './versions/open-version.js'

export interface VaultPorts {
  readonly log: Logger
  readonly clock: Clock
  /** Replaces the configured key service in tests. */
  readonly keys?: KeyService
  readonly telemetry?: Telemetry
}

export type OpenVaultConfig = Pick<VaultConfig, 'kms' | 'vaultDb' | 'vaultKeysDb' | 'vaultKeysBackupDays'>

/**
 * Opens both databases, the key service, and what depends on them: shared by serving and by operators' commands. The
 * caller clears `keys` and closes both databases.
 */
export async function openVault(
  config: OpenVaultConfig,
  { log, clock, keys: given, telemetry = NO_TELEMETRY }: VaultPorts,
) {
  const service = given ?? (await keyServiceOf(config.kms))
  const random = () => randomInt(2 ** 32) / 2 ** 32
  const measures = createVaultMeasures(telemetry)
  const counted = countedKeyService(service, { log, clock, measures })
  const kms = heldOffKeyService(counted.keys, { clock, random })
  const vaultDb = connectPostgres(config.vaultDb, 'protectmyapi-vault')
  const vaultKeysDb = connectPostgres(config.vaultKeysDb, 'protectmyapi-vault')
  watchPostgres(vaultDb, 'vault', telemetry)
  watchPostgres(vaultKeysDb, 'vault_keys', telemetry)
  const installationId = await readInstallationId(vaultDb, log)
  const databases = { vaultDb, vaultKeysDb, installationId }
  const keys = dataKeys({ ...databases, keys: kms, clock, log })
  return {
    ...databases,
    kms,
    kmsCalls: () => counted.calls(),
    keys,
    openVersion: versionOpener({ keys, installationId }),
    headKeys: headKeys({ vaultDb, keys, installationId }),
    backupDays: config.vaultKeysBackupDays,
    measures,
    clock,
    log,
  }
}

export type OpenVault = Awaited<ReturnType<typeof openVault>>

async function keyServiceOf(kms: KmsConfig): Promise<KeyService> {
  if (kms.kind === 'file') return keyFile(kms.path, kms.otherPaths)
  // Loading its client takes a fifth of the time that a vault needs to start.
  const { awsKms } = await import('./keys/aws-kms.js')
  return awsKms(kms)
}
