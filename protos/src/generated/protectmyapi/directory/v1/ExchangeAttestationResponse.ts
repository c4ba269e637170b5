// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface ExchangeAttestationResponse {
  'token'?: (string);
  'expiresAtMs'?: (number | string | Long);
  'deviceId'?: (string);
}

export interface ExchangeAttestationResponse__Output {
  'token': (string);
  'expiresAtMs': (number);
  'deviceId': (string);
}
