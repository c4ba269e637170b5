// Original file: protectmyapi/vault/v1/vault.proto

import type { Long } from '@grpc/proto-loader';

export interface ShredOrganizationResponse {
  'finalAtMs'?: (number | string | Long);
}

export interface ShredOrganizationResponse__Output {
  'finalAtMs': (number);
}
