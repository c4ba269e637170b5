// Original file: protectmyapi/vault/v1/vault.proto

import type { Lease as _protectmyapi_vault_v1_Lease, Lease__Output as _protectmyapi_vault_v1_Lease__Output } from '../../../protectmyapi/vault/v1/Lease.js';

export interface LeaseOperationalResponse {
  'lease'?: (_protectmyapi_vault_v1_Lease | null);
}

export interface LeaseOperationalResponse__Output {
  'lease': (_protectmyapi_vault_v1_Lease__Output | null);
}
