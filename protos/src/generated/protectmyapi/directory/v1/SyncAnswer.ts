// Original file: protectmyapi/directory/v1/directory.proto

import type { FeedRow as _protectmyapi_directory_v1_FeedRow, FeedRow__Output as _protectmyapi_directory_v1_FeedRow__Output } from '../../../protectmyapi/directory/v1/FeedRow.js';
import type { Long } from '@grpc/proto-loader';

export interface SyncAnswer {
  'syncId'?: (number | string | Long);
  'rows'?: (_protectmyapi_directory_v1_FeedRow)[];
  'through'?: (number | string | Long);
  'more'?: (boolean);
  'reset'?: (boolean);
  'horizonMs'?: (number | string | Long);
}

export interface SyncAnswer__Output {
  'syncId': (number);
  'rows': (_protectmyapi_directory_v1_FeedRow__Output)[];
  'through': (number);
  'more': (boolean);
  'reset': (boolean);
  'horizonMs': (number);
}
