import { createHash, X509Certificate } from 'node:crypto'
import type { Client, ServiceError } from '@grpc/grpc-js'
import type { Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { Vault } from '@protectmyapi/protos/vault'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { callUnary, createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { TELEMETRY_OFF } from '@protectmyapi/service-kit/test/telemetry-off'
import { startVault } from '../build.js'
import { createIdentities, fixedMaterial, idOf, NAMESPACE, TRUST_DOMAIN } from './identities.js'
import { memoryKeys } from './memory-keys.js'
import { tcpGate } from './tcp-gate.js'
import { createVaultDatabases, type VaultDatabases } from './vault-databases.js'

/**
 * The whole vault over real mutual TLS and a real Postgres, as its runtime role; only the key service is in memory.
 *
 * @param before fills the databases before the vault starts.
 */
export async function runVault(before: (databases: VaultDatabases) => Promise<unknown> = async () => {}) {
  const databases = await createVaultDatabases()
  await before(databases)
  const identities = await createIdentities()
  const gate = await tcpGate(databases.vaultTarget)
  const logged = memoryLog()
  const service = memoryKeys()
  const vault = await startVault(
    {
      logLevel: 'debug',
      host: '127.0.0.1',
      port: 0,
      probePort: null,
      tls: await identities.files('vault'),
      trustDomain: TRUST_DOMAIN,
      namespace: NAMESPACE,
      vaultDb: { ...databases.vaultTarget, host: '127.0.0.1', port: gate.port },
      vaultKeysDb: databases.vaultKeysTarget,
      kms: { kind: 'file', path: '/never/read', otherPaths: [] },
      dataKeyDays: 90,
      headKeyDays: 90,
      leaseAuditDays: 90,
      vaultKeysBackupDays: 7,
      telemetry: TELEMETRY_OFF,
    },
    { log: logged.log, clock: systemClock, keys: service },
  )
  const clients: { close(): void }[] = []
  return {
    vault,
    databases,
    identities,
    gate,
    logged,
    service,
    clientAs(issued: Issued) {
      const material = fixedMaterial(issued, identities.authority.certPem)
      const client = createReloadingClient(
        Vault,
        { address: `127.0.0.1:${vault.port}`, serverId: idOf('vault') },
        material,
      )
      clients.push(client)
      return client.current()
    },
    async close() {
      for (const client of clients) client.close()
      await vault.close()
      await gate.close()
      await identities.remove()
      await databases.close()
    },
  }
}

export type RunningVaultForTest = Awaited<ReturnType<typeof runVault>>

type Method<Request, Response> = (
  request: Request,
  options: { deadline: Date },
  callback: (error: ServiceError | null, response?: Response) => void,
) => unknown

/** Makes a call with a deadline. @throws Fault */
export function call<Request, Response>(
  client: Client,
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  return callUnary<Request, Response>(method.bind(client), request, 5_000)
}

/** RFC 8705's `x5t#S256`. */
export function thumbprintOfPem(certPem: string): string {
  return createHash('sha256').update(new X509Certificate(certPem).raw).digest('base64url')
}
