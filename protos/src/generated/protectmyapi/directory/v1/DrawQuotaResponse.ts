// Original file: protectmyapi/directory/v1/directory.proto

import type { QuotaBlock as _protectmyapi_directory_v1_QuotaBlock, QuotaBlock__Output as _protectmyapi_directory_v1_QuotaBlock__Output } from '../../../protectmyapi/directory/v1/QuotaBlock.js';
import type { Long } from '@grpc/proto-loader';

export interface DrawQuotaResponse {
  'blocks'?: (_protectmyapi_directory_v1_QuotaBlock)[];
  'nowMs'?: (number | string | Long);
}

export interface DrawQuotaResponse__Output {
  'blocks': (_protectmyapi_directory_v1_QuotaBlock__Output)[];
  'nowMs': (number);
}
