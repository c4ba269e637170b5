// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface RewrapDataKeysResponse {
  'masterKey'?: (string);
  'rewrapped'?: (number | string | Long);
  'remaining'?: (number | string | Long);
}

export interface RewrapDataKeysResponse__Output {
  'masterKey': (string);
  'rewrapped': (number);
  'remaining': (number);
}
