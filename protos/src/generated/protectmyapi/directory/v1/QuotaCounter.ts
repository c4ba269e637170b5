// Original file: protectmyapi/directory/v1/directory.proto

import type { LimitScope as _protectmyapi_directory_v1_LimitScope, LimitScope__Output as _protectmyapi_directory_v1_LimitScope__Output } from '../../../protectmyapi/directory/v1/LimitScope.js';
import type { QuotaPeriod as _protectmyapi_directory_v1_QuotaPeriod, QuotaPeriod__Output as _protectmyapi_directory_v1_QuotaPeriod__Output } from '../../../protectmyapi/directory/v1/QuotaPeriod.js';

export interface QuotaCounter {
  'organizationId'?: (string);
  'scope'?: (_protectmyapi_directory_v1_LimitScope);
  'subject'?: (string);
  'period'?: (_protectmyapi_directory_v1_QuotaPeriod);
}

export interface QuotaCounter__Output {
  'organizationId': (string);
  'scope': (_protectmyapi_directory_v1_LimitScope__Output);
  'subject': (string);
  'period': (_protectmyapi_directory_v1_QuotaPeriod__Output);
}
