// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface ExchangeDebugTokenResponse {
  'token'?: (string);
  'expiresAtMs'?: (number | string | Long);
  'deviceId'?: (string);
}

export interface ExchangeDebugTokenResponse__Output {
  'token': (string);
  'expiresAtMs': (number);
  'deviceId': (string);
}
