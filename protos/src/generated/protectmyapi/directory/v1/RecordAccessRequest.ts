// Original file: protectmyapi/directory/v1/directory.proto

import type { AccessEntry as _protectmyapi_directory_v1_AccessEntry, AccessEntry__Output as _protectmyapi_directory_v1_AccessEntry__Output } from '../../../protectmyapi/directory/v1/AccessEntry.js';

export interface RecordAccessRequest {
  'bootId'?: (string);
  'entries'?: (_protectmyapi_directory_v1_AccessEntry)[];
}

export interface RecordAccessRequest__Output {
  'bootId': (string);
  'entries': (_protectmyapi_directory_v1_AccessEntry__Output)[];
}
