// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface SignHeadRequest {
  'chain'?: (string);
  'head'?: (Buffer | Uint8Array | string);
  'count'?: (number | string | Long);
  'links'?: (Buffer | Uint8Array | string)[];
}

export interface SignHeadRequest__Output {
  'chain': (string);
  'head': (Buffer);
  'count': (number);
  'links': (Buffer)[];
}
