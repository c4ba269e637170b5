// Original file: protectmyapi/vault/v1/vault.proto

import type { Purpose as _protectmyapi_vault_v1_Purpose, Purpose__Output as _protectmyapi_vault_v1_Purpose__Output } from '../../../protectmyapi/vault/v1/Purpose.js';
import type { Bindings as _protectmyapi_vault_v1_Bindings, Bindings__Output as _protectmyapi_vault_v1_Bindings__Output } from '../../../protectmyapi/vault/v1/Bindings.js';
import type { Long } from '@grpc/proto-loader';

export interface PutSecretRequest {
  'organizationId'?: (string);
  'secretId'?: (string);
  'versionId'?: (string);
  'generation'?: (number | string | Long);
  'purpose'?: (_protectmyapi_vault_v1_Purpose);
  'value'?: (Buffer | Uint8Array | string);
  'bindings'?: (_protectmyapi_vault_v1_Bindings | null);
  'sameBindings'?: (boolean);
}

export interface PutSecretRequest__Output {
  'organizationId': (string);
  'secretId': (string);
  'versionId': (string);
  'generation': (number);
  'purpose': (_protectmyapi_vault_v1_Purpose__Output);
  'value': (Buffer);
  'bindings': (_protectmyapi_vault_v1_Bindings__Output | null);
  'sameBindings': (boolean);
}
