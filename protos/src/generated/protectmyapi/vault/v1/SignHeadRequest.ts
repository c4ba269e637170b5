// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface SignHeadRequest {
  'chain'?: (string);
  'head'?: (Buffer | Uint8Array | string);
  'count'?: (number | string | Long);
  'links'?: (Buffer | Uint8Array | string)[];
  'seen'?: (number | string | Long);
  '_seen'?: "seen";
}

export interface SignHeadRequest__Output {
  'chain': (string);
  'head': (Buffer);
  'count': (number);
  'links': (Buffer)[];
  'seen'?: (number);
  '_seen'?: "seen";
}
