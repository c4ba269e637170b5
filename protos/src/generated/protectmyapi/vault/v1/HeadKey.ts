// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface HeadKey {
  'keyId'?: (string);
  'publicKey'?: (Buffer | Uint8Array | string);
  'untilMs'?: (number | string | Long);
  'knownSinceMs'?: (number | string | Long);
}

export interface HeadKey__Output {
  'keyId': (string);
  'publicKey': (Buffer);
  'untilMs': (number);
  'knownSinceMs': (number);
}
