// Original file: protectmyapi/directory/v1/directory.proto

import type { SyncAnswer as _protectmyapi_directory_v1_SyncAnswer, SyncAnswer__Output as _protectmyapi_directory_v1_SyncAnswer__Output } from '../../../protectmyapi/directory/v1/SyncAnswer.js';
import type { FeedRow as _protectmyapi_directory_v1_FeedRow, FeedRow__Output as _protectmyapi_directory_v1_FeedRow__Output } from '../../../protectmyapi/directory/v1/FeedRow.js';

export interface SyncReply {
  'answer'?: (_protectmyapi_directory_v1_SyncAnswer | null);
  'push'?: (_protectmyapi_directory_v1_FeedRow | null);
  'reply'?: "answer"|"push";
}

export interface SyncReply__Output {
  'answer'?: (_protectmyapi_directory_v1_SyncAnswer__Output | null);
  'push'?: (_protectmyapi_directory_v1_FeedRow__Output | null);
  'reply'?: "answer"|"push";
}
