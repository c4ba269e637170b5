// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface GrantedSecret {
  'secretId'?: (string);
  'versionId'?: (string);
  'generation'?: (number | string | Long);
  'name'?: (string);
}

export interface GrantedSecret__Output {
  'secretId': (string);
  'versionId': (string);
  'generation': (number);
  'name': (string);
}
