// Original file: protectmyapi/directory/v1/directory.proto

import type { LimitScope as _protectmyapi_directory_v1_LimitScope, LimitScope__Output as _protectmyapi_directory_v1_LimitScope__Output } from '../../../protectmyapi/directory/v1/LimitScope.js';

export interface Limit {
  'scope'?: (_protectmyapi_directory_v1_LimitScope);
  'count'?: (number);
  'periodMs'?: (number);
  'burst'?: (number);
  'allServices'?: (boolean);
}

export interface Limit__Output {
  'scope': (_protectmyapi_directory_v1_LimitScope__Output);
  'count': (number);
  'periodMs': (number);
  'burst': (number);
  'allServices': (boolean);
}
