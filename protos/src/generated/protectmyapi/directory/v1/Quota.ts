// Original file: protectmyapi/directory/v1/directory.proto

import type { LimitScope as _protectmyapi_directory_v1_LimitScope, LimitScope__Output as _protectmyapi_directory_v1_LimitScope__Output } from '../../../protectmyapi/directory/v1/LimitScope.js';
import type { QuotaPeriod as _protectmyapi_directory_v1_QuotaPeriod, QuotaPeriod__Output as _protectmyapi_directory_v1_QuotaPeriod__Output } from '../../../protectmyapi/directory/v1/QuotaPeriod.js';
import type { Long } from '@grpc/proto-loader';

export interface Quota {
  'scope'?: (_protectmyapi_directory_v1_LimitScope);
  'period'?: (_protectmyapi_directory_v1_QuotaPeriod);
  'count'?: (number | string | Long);
}

export interface Quota__Output {
  'scope': (_protectmyapi_directory_v1_LimitScope__Output);
  'period': (_protectmyapi_directory_v1_QuotaPeriod__Output);
  'count': (number);
}
