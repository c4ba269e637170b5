// Original file: protectmyapi/directory/v1/directory.proto

import type { ResolvedSecret as _protectmyapi_directory_v1_ResolvedSecret, ResolvedSecret__Output as _protectmyapi_directory_v1_ResolvedSecret__Output } from '../../../protectmyapi/directory/v1/ResolvedSecret.js';
import type { Long } from '@grpc/proto-loader';

export interface ResolveSecretsResponse {
  'organizationId'?: (string);
  'results'?: (_protectmyapi_directory_v1_ResolvedSecret)[];
  'grant'?: (string);
  'lifeMs'?: (number | string | Long);
}

export interface ResolveSecretsResponse__Output {
  'organizationId': (string);
  'results': (_protectmyapi_directory_v1_ResolvedSecret__Output)[];
  'grant': (string);
  'lifeMs': (number);
}
