import { Vault } from '@protectmyapi/protos/vault'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
} from '@protectmyapi/service-kit/grpc/grpc-server'
import { refuseEarly } from '@protectmyapi/service-kit/grpc/refuse-early'
import { isInternalIdentity, spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createUnfinishedCalls } from '@protectmyapi/service-kit/grpc/unfinished-calls'
import { watchLogLevel } from '@protectmyapi/service-kit/program/log-level'
import { shutdownOnce } from '@protectmyapi/service-kit/program/shutdown'
import { readingOf } from '@protectmyapi/service-kit/telemetry/instruments'
import { openTelemetry } from '@protectmyapi/service-kit/telemetry/open-telemetry'
import { watchRpcServer } from '@protectmyapi/service-kit/telemetry/rpc-metrics'
import { startBackground } from './background.js'
import type { VaultConfig } from './config.js'
import { serveProbes } from './http/probes.js'
import type { KmsCalls } from './keys/counted-key-service.js'
import { leaseKeyDeriver } from './leases/lease-key.js'
import { openVault, type VaultPorts } from './open-vault.js'
import { authorizeBy } from './rpc/access.js'
import { vaultHandlers } from './rpc/handlers.js'
import { serveHealth } from './rpc/health.js'

const LIMITS = {
  /** How long calls under way may take to finish; none takes longer than Postgres's statement bound. */
  callGraceMs: 10_000,
  shutdownMs: 15_000,
  /**
   * Three times the larger of the two largest messages: 10,000 links of a head, and 64 KiB of secret with its bindings.
   */
  messageBytesMax: 1024 * 1024,
} as const

export interface RunningVault {
  readonly port: number
  kmsCalls(): KmsCalls
  /** Stops everything in order; may be called more than once. */
  close(): Promise<void>
}

/** Wires a serving vault. Every part of it is named either here or in `openVault`. */
export async function startVault(config: VaultConfig, ports: VaultPorts): Promise<RunningVault> {
  const { log } = ports
  const material = await watchMaterial(config.tls, log)
  const endLogLevel = watchLogLevel(log, { usual: config.logLevel, file: config.telemetry.logLevelFile })
  const telemetry = await openTelemetry(config.telemetry, { service: 'vault', log })
  const vault = await openVault(config, { ...ports, telemetry })
  const { keys, vaultDb, vaultKeysDb } = vault

  const background = startBackground(vault, config, telemetry)

  const calls = watchRpcServer(telemetry)
  const gate = { authorize: authorizeBy(config.trustDomain, config.namespace), log, calls }
  const isInternal = (id: string): boolean => isInternalIdentity(config.trustDomain, config.namespace, id)
  const server = createGrpcServer({
    interceptors: [refuseEarly(gate, createUnfinishedCalls(isInternal))],
    'grpc.max_receive_message_length': LIMITS.messageBytesMax,
  })
  const proxyId = spiffeId(config.trustDomain, config.namespace, 'proxy')
  const deps = { ...vault, deriveLeaseKey: leaseKeyDeriver(vault), proxyId }
  server.addService(Vault.service, vaultHandlers(deps, gate))
  const health = await serveHealth(server, async () => vaultDb.raw('SELECT 1'), log)
  const port = await listenGrpc(server, `${config.host}:${config.port}`, new MutualTlsServerCredentials(material))

  const probes = config.probePort === null ? null : await serveProbes(config.host, config.probePort, health)

  readingOf(telemetry.meter, 'pma_data_keys_held', 'plaintext data keys in memory', () => keys.held())
  readingOf(
    telemetry.meter,
    'pma_lease_audit_overdue_seconds',
    'for how long the oldest lease row is kept too long',
    () => background.leaseAudit.overdueSeconds(),
  )
  await telemetry.start()

  const close = shutdownOnce(
    [
      { name: 'health', run: () => health.stop() },
      { name: 'calls', run: () => closeGrpcServer(server, LIMITS.callGraceMs) },
      { name: 'probes', run: () => probes?.close() },
      { name: 'certificates', run: () => material.stop() },
      { name: 'background', run: () => background.end() },
      { name: 'data keys', run: () => keys.clear() },
      { name: 'database vault', run: () => vaultDb.destroy() },
      { name: 'database vault_keys', run: () => vaultKeysDb.destroy() },
      { name: 'log level', run: endLogLevel },
      // Last, so that it also reports on the steps before it.
      { name: 'telemetry', run: () => telemetry.stop() },
    ],
    LIMITS.shutdownMs,
    log,
  )
  return { port, kmsCalls: vault.kmsCalls, close }
}
