// Original file: protectmyapi/directory/v1/directory.proto

import type { QuotaCounter as _protectmyapi_directory_v1_QuotaCounter, QuotaCounter__Output as _protectmyapi_directory_v1_QuotaCounter__Output } from '../../../protectmyapi/directory/v1/QuotaCounter.js';
import type { Long } from '@grpc/proto-loader';

export interface QuotaDraw {
  'counter'?: (_protectmyapi_directory_v1_QuotaCounter | null);
  'count'?: (number | string | Long);
  'needed'?: (number | string | Long);
  'wanted'?: (number | string | Long);
}

export interface QuotaDraw__Output {
  'counter': (_protectmyapi_directory_v1_QuotaCounter__Output | null);
  'count': (number);
  'needed': (number);
  'wanted': (number);
}
