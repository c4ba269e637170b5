import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { VaultLeases } from './vault-leases.js'
export declare function grpcVaultLeases(vault: Pick<ReloadingClient<VaultClient>, 'current'>, clock: Clock): VaultLeases
