// Original file: protectmyapi/vault/v1/vault.proto

import type { UnopenableVersion as _protectmyapi_vault_v1_UnopenableVersion, UnopenableVersion__Output as _protectmyapi_vault_v1_UnopenableVersion__Output } from '../../../protectmyapi/vault/v1/UnopenableVersion.js';
import type { Long } from '@grpc/proto-loader';

export interface ReencryptSecretsResponse {
  'version'?: (number | string | Long);
  'floor'?: (number | string | Long);
  'remaining'?: (number | string | Long);
  'resealed'?: (number | string | Long);
  'unopenable'?: (_protectmyapi_vault_v1_UnopenableVersion)[];
}

export interface ReencryptSecretsResponse__Output {
  'version': (number);
  'floor': (number);
  'remaining': (number);
  'resealed': (number);
  'unopenable': (_protectmyapi_vault_v1_UnopenableVersion__Output)[];
}
