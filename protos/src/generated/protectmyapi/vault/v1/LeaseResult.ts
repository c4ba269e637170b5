// Original file: protectmyapi/vault/v1/vault.proto

import type { Lease as _protectmyapi_vault_v1_Lease, Lease__Output as _protectmyapi_vault_v1_Lease__Output } from '../../../protectmyapi/vault/v1/Lease.js';

export interface LeaseResult {
  'versionId'?: (string);
  'lease'?: (_protectmyapi_vault_v1_Lease | null);
  'fault'?: (string);
  'outcome'?: "lease"|"fault";
}

export interface LeaseResult__Output {
  'versionId': (string);
  'lease'?: (_protectmyapi_vault_v1_Lease__Output | null);
  'fault'?: (string);
  'outcome'?: "lease"|"fault";
}
