// Original file: protectmyapi/vault/v1/vault.proto

import type { Purpose as _protectmyapi_vault_v1_Purpose, Purpose__Output as _protectmyapi_vault_v1_Purpose__Output } from '../../../protectmyapi/vault/v1/Purpose.js';
import type { VersionState as _protectmyapi_vault_v1_VersionState, VersionState__Output as _protectmyapi_vault_v1_VersionState__Output } from '../../../protectmyapi/vault/v1/VersionState.js';
import type { Long } from '@grpc/proto-loader';

export interface VersionDescription {
  'secretId'?: (string);
  'versionId'?: (string);
  'generation'?: (number | string | Long);
  'purpose'?: (_protectmyapi_vault_v1_Purpose);
  'state'?: (_protectmyapi_vault_v1_VersionState);
  'createdAtMs'?: (number | string | Long);
}

export interface VersionDescription__Output {
  'secretId': (string);
  'versionId': (string);
  'generation': (number);
  'purpose': (_protectmyapi_vault_v1_Purpose__Output);
  'state': (_protectmyapi_vault_v1_VersionState__Output);
  'createdAtMs': (number);
}
