// Original file: protectmyapi/directory/v1/directory.proto

import type { GrantedSecret as _protectmyapi_directory_v1_GrantedSecret, GrantedSecret__Output as _protectmyapi_directory_v1_GrantedSecret__Output } from '../../../protectmyapi/directory/v1/GrantedSecret.js';

export interface ResolvedSecret {
  'name'?: (string);
  'granted'?: (_protectmyapi_directory_v1_GrantedSecret | null);
  'fault'?: (string);
  'outcome'?: "granted"|"fault";
}

export interface ResolvedSecret__Output {
  'name': (string);
  'granted'?: (_protectmyapi_directory_v1_GrantedSecret__Output | null);
  'fault'?: (string);
  'outcome'?: "granted"|"fault";
}
