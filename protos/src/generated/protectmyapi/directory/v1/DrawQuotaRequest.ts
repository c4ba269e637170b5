// Original file: protectmyapi/directory/v1/directory.proto

import type { QuotaReturn as _protectmyapi_directory_v1_QuotaReturn, QuotaReturn__Output as _protectmyapi_directory_v1_QuotaReturn__Output } from '../../../protectmyapi/directory/v1/QuotaReturn.js';
import type { QuotaDraw as _protectmyapi_directory_v1_QuotaDraw, QuotaDraw__Output as _protectmyapi_directory_v1_QuotaDraw__Output } from '../../../protectmyapi/directory/v1/QuotaDraw.js';

export interface DrawQuotaRequest {
  'bootId'?: (string);
  'returns'?: (_protectmyapi_directory_v1_QuotaReturn)[];
  'draws'?: (_protectmyapi_directory_v1_QuotaDraw)[];
}

export interface DrawQuotaRequest__Output {
  'bootId': (string);
  'returns': (_protectmyapi_directory_v1_QuotaReturn__Output)[];
  'draws': (_protectmyapi_directory_v1_QuotaDraw__Output)[];
}
