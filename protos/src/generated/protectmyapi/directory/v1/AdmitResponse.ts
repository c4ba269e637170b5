// Original file: protectmyapi/directory/v1/directory.proto

import type { Decision as _protectmyapi_directory_v1_Decision, Decision__Output as _protectmyapi_directory_v1_Decision__Output } from '../../../protectmyapi/directory/v1/Decision.js';

export interface AdmitResponse {
  'decisions'?: (_protectmyapi_directory_v1_Decision)[];
}

export interface AdmitResponse__Output {
  'decisions': (_protectmyapi_directory_v1_Decision__Output)[];
}
