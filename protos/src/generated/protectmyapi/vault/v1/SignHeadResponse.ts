// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface SignHeadResponse {
  'signature'?: (Buffer | Uint8Array | string);
  'keyId'?: (string);
  'signedAtMs'?: (number | string | Long);
}

export interface SignHeadResponse__Output {
  'signature': (Buffer);
  'keyId': (string);
  'signedAtMs': (number);
}
