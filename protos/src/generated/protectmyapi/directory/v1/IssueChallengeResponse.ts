// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface IssueChallengeResponse {
  'challenge'?: (string);
  'expiresAtMs'?: (number | string | Long);
}

export interface IssueChallengeResponse__Output {
  'challenge': (string);
  'expiresAtMs': (number);
}
