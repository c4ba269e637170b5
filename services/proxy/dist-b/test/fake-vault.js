import { credentials, ServerCredentials } from '@grpc/grpc-js'
import { Vault } from '@protectmyapi/protos/vault'
import { toGrpcError } from '@protectmyapi/service-kit/grpc-fault'
import { closeGrpcServer, createGrpcServer, listenGrpc } from '@protectmyapi/service-kit/grpc-server'
export async function startFakeVault(lease, leaseKey = null) {
  const asked = []
  const leaseSecrets = (call, answer) => {
    asked.push(call.request)
    try {
      answer(null, {
        results: call.request.versionIds.map((versionId) => ({ versionId, ...lease(versionId, call.request.grant) })),
        leaseKey,
      })
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
//# sourceMappingURL=fake-vault.js.map
