// Original file: protectmyapi/directory/v1/directory.proto

import type { Admitted as _protectmyapi_directory_v1_Admitted, Admitted__Output as _protectmyapi_directory_v1_Admitted__Output } from '../../../protectmyapi/directory/v1/Admitted.js';
import type { Limited as _protectmyapi_directory_v1_Limited, Limited__Output as _protectmyapi_directory_v1_Limited__Output } from '../../../protectmyapi/directory/v1/Limited.js';

export interface Decision {
  'admitted'?: (_protectmyapi_directory_v1_Admitted | null);
  'limited'?: (_protectmyapi_directory_v1_Limited | null);
  'outcome'?: "admitted"|"limited";
}

export interface Decision__Output {
  'admitted'?: (_protectmyapi_directory_v1_Admitted__Output | null);
  'limited'?: (_protectmyapi_directory_v1_Limited__Output | null);
  'outcome'?: "admitted"|"limited";
}
