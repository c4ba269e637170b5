// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface RotateDataKeyResponse {
  'keyId'?: (string);
  'version'?: (number | string | Long);
  'made'?: (boolean);
}

export interface RotateDataKeyResponse__Output {
  'keyId': (string);
  'version': (number);
  'made': (boolean);
}
