// Original file: protectmyapi/directory/v1/directory.proto

import type { QuotaCounter as _protectmyapi_directory_v1_QuotaCounter, QuotaCounter__Output as _protectmyapi_directory_v1_QuotaCounter__Output } from '../../../protectmyapi/directory/v1/QuotaCounter.js';
import type { Long } from '@grpc/proto-loader';

export interface QuotaReturn {
  'counter'?: (_protectmyapi_directory_v1_QuotaCounter | null);
  'startsAtMs'?: (number | string | Long);
  'units'?: (number | string | Long);
}

export interface QuotaReturn__Output {
  'counter': (_protectmyapi_directory_v1_QuotaCounter__Output | null);
  'startsAtMs': (number);
  'units': (number);
}
