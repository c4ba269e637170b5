// Original file: protectmyapi/vault/v1/vault.proto

import type { Settlement as _protectmyapi_vault_v1_Settlement, Settlement__Output as _protectmyapi_vault_v1_Settlement__Output } from '../../../protectmyapi/vault/v1/Settlement.js';

export interface SettleVersionResponse {
  'settlement'?: (_protectmyapi_vault_v1_Settlement);
}

export interface SettleVersionResponse__Output {
  'settlement': (_protectmyapi_vault_v1_Settlement__Output);
}
