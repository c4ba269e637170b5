// Original file: protectmyapi/vault/v1/vault.proto

import type { LeaseResult as _protectmyapi_vault_v1_LeaseResult, LeaseResult__Output as _protectmyapi_vault_v1_LeaseResult__Output } from '../../../protectmyapi/vault/v1/LeaseResult.js';

export interface LeaseSecretsResponse {
  'results'?: (_protectmyapi_vault_v1_LeaseResult)[];
}

export interface LeaseSecretsResponse__Output {
  'results': (_protectmyapi_vault_v1_LeaseResult__Output)[];
}
