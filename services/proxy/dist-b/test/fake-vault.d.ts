import type { LeaseKey } from '@protectmyapi/protos/generated/vault/v1/LeaseKey'
import type { LeaseResult } from '@protectmyapi/protos/generated/vault/v1/LeaseResult'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
/** A vault over real gRPC, on loopback and without TLS, that leases whatever the test says. */
export interface FakeVault {
  readonly client: {
    current(): VaultClient
  }
  readonly asked: readonly LeaseSecretsRequest__Output[]
  close(): Promise<void>
}
export declare function startFakeVault(
  lease: (versionId: string, grant: string) => LeaseResult,
  leaseKey?: LeaseKey | null,
): Promise<FakeVault>
