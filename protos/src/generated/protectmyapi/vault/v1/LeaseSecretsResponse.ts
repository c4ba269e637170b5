// Original file: protectmyapi/vault/v1/vault.proto

import type { LeaseResult as _protectmyapi_vault_v1_LeaseResult, LeaseResult__Output as _protectmyapi_vault_v1_LeaseResult__Output } from '../../../protectmyapi/vault/v1/LeaseResult.js';
import type { LeaseKey as _protectmyapi_vault_v1_LeaseKey, LeaseKey__Output as _protectmyapi_vault_v1_LeaseKey__Output } from '../../../protectmyapi/vault/v1/LeaseKey.js';

export interface LeaseSecretsResponse {
  'results'?: (_protectmyapi_vault_v1_LeaseResult)[];
  'leaseKey'?: (_protectmyapi_vault_v1_LeaseKey | null);
}

export interface LeaseSecretsResponse__Output {
  'results': (_protectmyapi_vault_v1_LeaseResult__Output)[];
  'leaseKey': (_protectmyapi_vault_v1_LeaseKey__Output | null);
}
