// Original file: protectmyapi/directory/v1/directory.proto

import type { LimitScope as _protectmyapi_directory_v1_LimitScope, LimitScope__Output as _protectmyapi_directory_v1_LimitScope__Output } from '../../../protectmyapi/directory/v1/LimitScope.js';

export interface Bucket {
  'key'?: (string);
  'scope'?: (_protectmyapi_directory_v1_LimitScope);
  'count'?: (number);
  'periodMs'?: (number);
  'burst'?: (number);
}

export interface Bucket__Output {
  'key': (string);
  'scope': (_protectmyapi_directory_v1_LimitScope__Output);
  'count': (number);
  'periodMs': (number);
  'burst': (number);
}
