// Original file: protectmyapi/vault/v1/vault.proto

import type { VersionDescription as _protectmyapi_vault_v1_VersionDescription, VersionDescription__Output as _protectmyapi_vault_v1_VersionDescription__Output } from '../../../protectmyapi/vault/v1/VersionDescription.js';

export interface DescribeVersionsResponse {
  'versions'?: (_protectmyapi_vault_v1_VersionDescription)[];
}

export interface DescribeVersionsResponse__Output {
  'versions': (_protectmyapi_vault_v1_VersionDescription__Output)[];
}
