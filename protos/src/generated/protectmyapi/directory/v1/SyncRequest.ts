// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface SyncRequest {
  'bootId'?: (string);
  'syncId'?: (number | string | Long);
  'applied'?: (number | string | Long);
  'proof'?: (Buffer | Uint8Array | string);
}

export interface SyncRequest__Output {
  'bootId': (string);
  'syncId': (number);
  'applied': (number);
  'proof': (Buffer);
}
