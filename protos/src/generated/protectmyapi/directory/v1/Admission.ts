// Original file: protectmyapi/directory/v1/directory.proto

import type { AccessEntry as _protectmyapi_directory_v1_AccessEntry, AccessEntry__Output as _protectmyapi_directory_v1_AccessEntry__Output } from '../../../protectmyapi/directory/v1/AccessEntry.js';
import type { Bucket as _protectmyapi_directory_v1_Bucket, Bucket__Output as _protectmyapi_directory_v1_Bucket__Output } from '../../../protectmyapi/directory/v1/Bucket.js';

export interface Admission {
  'entry'?: (_protectmyapi_directory_v1_AccessEntry | null);
  'buckets'?: (_protectmyapi_directory_v1_Bucket)[];
}

export interface Admission__Output {
  'entry': (_protectmyapi_directory_v1_AccessEntry__Output | null);
  'buckets': (_protectmyapi_directory_v1_Bucket__Output)[];
}
