// Original file: protectmyapi/directory/v1/directory.proto

import type { FeedKind as _protectmyapi_directory_v1_FeedKind, FeedKind__Output as _protectmyapi_directory_v1_FeedKind__Output } from '../../../protectmyapi/directory/v1/FeedKind.js';
import type { Long } from '@grpc/proto-loader';

export interface Label {
  'kind'?: (_protectmyapi_directory_v1_FeedKind);
  'id'?: (string);
  'generation'?: (number | string | Long);
}

export interface Label__Output {
  'kind': (_protectmyapi_directory_v1_FeedKind__Output);
  'id': (string);
  'generation': (number);
}
