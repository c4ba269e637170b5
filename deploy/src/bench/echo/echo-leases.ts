import type { handleUnaryCall } from '@grpc/grpc-js'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'

const VALUE = Buffer.from('sk-bench-0123456789abcdefghijklmnopqrstuvwxyzABCDEF')

/** Answers at once with a lease of the same size as the vault's. */
export const echoLeases: handleUnaryCall<LeaseSecretsRequest__Output, LeaseSecretsResponse> = (call, answer) => {
  const lease = { secretId: 'sec_0123456789ABCDEFGHJKMNPQRS', generation: 1, value: VALUE, lifeMs: 60_000 }
  const bindings = { origins: ['http://127.0.0.1:12345'], placements: [{ header: 'authorization' }] }
  answer(null, { results: [{ versionId: call.request.versionIds[0] ?? '', lease: { ...lease, bindings } }] })
}
