import { Vault } from '@protectmyapi/protos/vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
} from '@protectmyapi/service-kit/grpc-server'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { shutdownOnce } from '@protectmyapi/service-kit/shutdown'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import type { KmsConfig, VaultConfig } from './config.js'
import { readInstallationId } from './db/installation.js'
import { serveProbes } from './http/probes.js'
import { awsKms } from './keys/aws-kms.js'
import { countedKeyService, type KmsCalls } from './keys/counted-key-service.js'
import { dataKeys } from './keys/data-keys.js'
import { keyFile } from './keys/key-file.js'
import type { KeyService } from './keys/key-service.js'
import { leaseKeyDeriver } from './leases/lease-key.js'
import { authorizeBy } from './rpc/access.js'
import { vaultHandlers } from './rpc/handlers.js'
import { serveHealth } from './rpc/health.js'
import { versionOpener } from './versions/open-version.js'

const LIMITS = {
  /** Calls under way may end; none takes longer than Postgres's statement bound. */
  callGraceMs: 10_000,
  shutdownMs: 15_000,
  /** How late past its life an unused data key may be zeroed. */
  sweepMs: 5_000,
} as const

export interface RunningVault {
  readonly port: number
  kmsCalls(): KmsCalls
  /** Ends it in order; may be called more than once. */
  close(): Promise<void>
}

/** Every part of the vault is named on this page. `keys` stands in for the configured key service in tests. */
export async function startVault(
  config: VaultConfig,
  ports: { log: Logger; clock: Clock; keys?: KeyService },
): Promise<RunningVault> {
  const { log, clock } = ports
  const material = await watchMaterial(config.tls, log)
  const kms = countedKeyService(ports.keys ?? (await keyServiceOf(config.kms)), { log, clock })
  const vaultDb = connectPostgres(config.vaultDb, 'protectmyapi-vault')
  const vaultKeysDb = connectPostgres(config.vaultKeysDb, 'protectmyapi-vault')
  const installationId = await readInstallationId(vaultDb, log)

  const keys = dataKeys({ vaultDb, vaultKeysDb, keys: kms.keys, installationId, clock, log })
  const sweeping = setInterval(() => keys.sweep(), LIMITS.sweepMs)
  sweeping.unref()
  const openVersion = versionOpener({ keys, installationId })
  const deriveLeaseKey = leaseKeyDeriver({ keys, installationId })

  const server = createGrpcServer()
  const gate = { authorize: authorizeBy(config.trustDomain, config.namespace), log }
  const deps = { vaultDb, keys, openVersion, deriveLeaseKey, installationId, clock, log }
  server.addService(Vault.service, vaultHandlers(deps, gate))
  const health = await serveHealth(server, async () => vaultDb.raw('SELECT 1'), log)
  const port = await listenGrpc(server, `${config.host}:${config.port}`, new MutualTlsServerCredentials(material))

  const probes = config.probePort === null ? null : await serveProbes(config.host, config.probePort, health)

  const close = shutdownOnce(
    [
      { name: 'health', run: () => health.stop() },
      { name: 'calls', run: () => closeGrpcServer(server, LIMITS.callGraceMs) },
      { name: 'probes', run: () => probes?.close() },
      { name: 'certificates', run: () => material.stop() },
      { name: 'sweeping', run: () => clearInterval(sweeping) },
      { name: 'data keys', run: () => keys.clear() },
      { name: 'database vault', run: () => vaultDb.destroy() },
      { name: 'database vault_keys', run: () => vaultKeysDb.destroy() },
    ],
    LIMITS.shutdownMs,
    log,
  )
  return { port, kmsCalls: () => kms.calls(), close }
}

function keyServiceOf(kms: KmsConfig): Promise<KeyService> | KeyService {
  return kms.kind === 'aws' ? awsKms(kms) : keyFile(kms.path)
}
