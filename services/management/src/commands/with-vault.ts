import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { ManagementConfig } from '../config.js'
import { createGrpcVault } from '../vault/grpc-vault-client.js'
import type { VaultClient } from '../vault/vault-client.js'

/** Connects to the vault for as long as a command takes, in the same way as managements that serve. */
export async function withVault<Result>(
  { tls, trustDomain, namespace, vaultAddress }: ManagementConfig,
  log: Logger,
  work: (vault: VaultClient) => Promise<Result>,
): Promise<Result> {
  const material = await watchMaterial(tls, log)
  const serverId = spiffeId(trustDomain, namespace, 'vault')
  const { vault, close } = createGrpcVault({ address: vaultAddress, serverId, material })
  try {
    return await work(vault)
  } finally {
    close()
    material.stop()
  }
}
