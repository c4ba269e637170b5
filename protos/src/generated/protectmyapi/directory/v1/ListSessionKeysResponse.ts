// Original file: protectmyapi/directory/v1/directory.proto

import type { Label as _protectmyapi_directory_v1_Label, Label__Output as _protectmyapi_directory_v1_Label__Output } from '../../../protectmyapi/directory/v1/Label.js';
import type { Long } from '@grpc/proto-loader';

export interface ListSessionKeysResponse {
  'jwks'?: (string);
  'labels'?: (_protectmyapi_directory_v1_Label)[];
  'issuer'?: (string);
  'lifeMs'?: (number | string | Long);
}

export interface ListSessionKeysResponse__Output {
  'jwks': (string);
  'labels': (_protectmyapi_directory_v1_Label__Output)[];
  'issuer': (string);
  'lifeMs': (number);
}
