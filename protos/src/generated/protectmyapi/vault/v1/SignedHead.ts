// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface SignedHead {
  'count'?: (number | string | Long);
  'head'?: (Buffer | Uint8Array | string);
  'signedAtMs'?: (number | string | Long);
  'signature'?: (Buffer | Uint8Array | string);
  'keyId'?: (string);
}

export interface SignedHead__Output {
  'count': (number);
  'head': (Buffer);
  'signedAtMs': (number);
  'signature': (Buffer);
  'keyId': (string);
}
