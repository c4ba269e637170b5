// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface RotateDataKeyRequest {
  'organizationId'?: (string);
  'seenVersion'?: (number | string | Long);
}

export interface RotateDataKeyRequest__Output {
  'organizationId': (string);
  'seenVersion': (number);
}
