// Original file: protectmyapi/directory/v1/directory.proto

import type { EntryKind as _protectmyapi_directory_v1_EntryKind, EntryKind__Output as _protectmyapi_directory_v1_EntryKind__Output } from '../../../protectmyapi/directory/v1/EntryKind.js';
import type { AccessSubject as _protectmyapi_directory_v1_AccessSubject, AccessSubject__Output as _protectmyapi_directory_v1_AccessSubject__Output } from '../../../protectmyapi/directory/v1/AccessSubject.js';
import type { AccessOutcome as _protectmyapi_directory_v1_AccessOutcome, AccessOutcome__Output as _protectmyapi_directory_v1_AccessOutcome__Output } from '../../../protectmyapi/directory/v1/AccessOutcome.js';
import type { Long } from '@grpc/proto-loader';

export interface AccessEntry {
  'kind'?: (_protectmyapi_directory_v1_EntryKind);
  'shard'?: (number);
  'sequence'?: (number | string | Long);
  'atMs'?: (number | string | Long);
  'requestId'?: (string);
  'organizationId'?: (string);
  'subject'?: (_protectmyapi_directory_v1_AccessSubject | null);
  'outcome'?: (_protectmyapi_directory_v1_AccessOutcome | null);
}

export interface AccessEntry__Output {
  'kind': (_protectmyapi_directory_v1_EntryKind__Output);
  'shard': (number);
  'sequence': (number);
  'atMs': (number);
  'requestId': (string);
  'organizationId': (string);
  'subject': (_protectmyapi_directory_v1_AccessSubject__Output | null);
  'outcome': (_protectmyapi_directory_v1_AccessOutcome__Output | null);
}
