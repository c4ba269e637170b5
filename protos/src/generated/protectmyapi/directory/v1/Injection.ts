// Original file: protectmyapi/directory/v1/directory.proto

import type { InjectedField as _protectmyapi_directory_v1_InjectedField, InjectedField__Output as _protectmyapi_directory_v1_InjectedField__Output } from '../../../protectmyapi/directory/v1/InjectedField.js';

export interface Injection {
  'fields'?: (_protectmyapi_directory_v1_InjectedField)[];
}

export interface Injection__Output {
  'fields': (_protectmyapi_directory_v1_InjectedField__Output)[];
}
