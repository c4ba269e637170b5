// Original file: protectmyapi/vault/v1/vault.proto

import type { Bindings as _protectmyapi_vault_v1_Bindings, Bindings__Output as _protectmyapi_vault_v1_Bindings__Output } from '../../../protectmyapi/vault/v1/Bindings.js';
import type { Long } from '@grpc/proto-loader';

export interface Lease {
  'secretId'?: (string);
  'versionId'?: (string);
  'generation'?: (number | string | Long);
  'value'?: (Buffer | Uint8Array | string);
  'bindings'?: (_protectmyapi_vault_v1_Bindings | null);
  'notAfterMs'?: (number | string | Long);
  'lifeMs'?: (number | string | Long);
}

export interface Lease__Output {
  'secretId': (string);
  'versionId': (string);
  'generation': (number);
  'value': (Buffer);
  'bindings': (_protectmyapi_vault_v1_Bindings__Output | null);
  'notAfterMs': (number);
  'lifeMs': (number);
}
