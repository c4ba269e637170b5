// Original file: protectmyapi/directory/v1/directory.proto

import type { Admission as _protectmyapi_directory_v1_Admission, Admission__Output as _protectmyapi_directory_v1_Admission__Output } from '../../../protectmyapi/directory/v1/Admission.js';

export interface AdmitRequest {
  'bootId'?: (string);
  'admissions'?: (_protectmyapi_directory_v1_Admission)[];
}

export interface AdmitRequest__Output {
  'bootId': (string);
  'admissions': (_protectmyapi_directory_v1_Admission__Output)[];
}
