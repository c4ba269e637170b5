// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface LeaseKey {
  'dataKeyId'?: (string);
  'dataKeyVersion'?: (number | string | Long);
  'hour'?: (number | string | Long);
  'key'?: (Buffer | Uint8Array | string);
  'sealsForMs'?: (number | string | Long);
}

export interface LeaseKey__Output {
  'dataKeyId': (string);
  'dataKeyVersion': (number);
  'hour': (number);
  'key': (Buffer);
  'sealsForMs': (number);
}
