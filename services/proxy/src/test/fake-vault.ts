import { credentials, type handleUnaryCall, ServerCredentials } from '@grpc/grpc-js'
import type { LeaseKey } from '@protectmyapi/protos/generated/vault/v1/LeaseKey'
import type { LeaseResult } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import { Vault } from '@protectmyapi/protos/vault'
import { toGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { closeGrpcServer, createGrpcServer, listenGrpc } from '@protectmyapi/service-kit/grpc/grpc-server'

/** A vault over real gRPC, on loopback and without TLS, that leases whatever the test says, or never answers. */
export interface FakeVault {
  readonly client: { current(): VaultClient }
  readonly asked: readonly LeaseSecretsRequest__Output[]
  close(): Promise<void>
}

export async function startFakeVault(
  lease: (versionId: string, grant: string) => LeaseResult | 'never',
  leaseKey: LeaseKey | null = null,
): Promise<FakeVault> {
  const asked: LeaseSecretsRequest__Output[] = []
  const leaseSecrets: handleUnaryCall<LeaseSecretsRequest__Output, LeaseSecretsResponse> = (call, answer) => {
    asked.push(call.request)
    try {
      const { versionIds, grant } = call.request
      const results = versionIds.flatMap((versionId) => {
        const result = lease(versionId, grant)
        return result === 'never' ? [] : [{ versionId, ...result }]
      })
      if (results.length === versionIds.length) answer(null, { results, leaseKey })
    } catch (err) {
      answer(toGrpcError(err))
    }
  }
  const server = createGrpcServer()
  server.addService(Vault.service, { LeaseSecrets: leaseSecrets })
  const port = await listenGrpc(server, '127.0.0.1:0', ServerCredentials.createInsecure())
  const client = new Vault(`127.0.0.1:${port}`, credentials.createInsecure())
  return {
    client: { current: () => client },
    asked,
    async close() {
      client.close()
      await closeGrpcServer(server, 0)
    },
  }
}
