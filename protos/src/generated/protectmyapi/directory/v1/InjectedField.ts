// Original file: protectmyapi/directory/v1/directory.proto

import type { Template as _protectmyapi_directory_v1_Template, Template__Output as _protectmyapi_directory_v1_Template__Output } from '../../../protectmyapi/directory/v1/Template.js';

export interface InjectedField {
  'header'?: (string);
  'query'?: (string);
  'basic'?: (boolean);
  'path'?: (boolean);
  'value'?: (_protectmyapi_directory_v1_Template | null);
  'password'?: (_protectmyapi_directory_v1_Template | null);
  'surface'?: "header"|"query"|"basic"|"path";
}

export interface InjectedField__Output {
  'header'?: (string);
  'query'?: (string);
  'basic'?: (boolean);
  'path'?: (boolean);
  'value': (_protectmyapi_directory_v1_Template__Output | null);
  'password': (_protectmyapi_directory_v1_Template__Output | null);
  'surface'?: "header"|"query"|"basic"|"path";
}
