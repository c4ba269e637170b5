// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface QuotaBlock {
  'units'?: (number | string | Long);
  'startsAtMs'?: (number | string | Long);
  'endsAtMs'?: (number | string | Long);
}

export interface QuotaBlock__Output {
  'units': (number);
  'startsAtMs': (number);
  'endsAtMs': (number);
}
