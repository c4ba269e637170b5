// Original file: protectmyapi/directory/v1/directory.proto

import type { TemplatePart as _protectmyapi_directory_v1_TemplatePart, TemplatePart__Output as _protectmyapi_directory_v1_TemplatePart__Output } from '../../../protectmyapi/directory/v1/TemplatePart.js';

export interface Template {
  'parts'?: (_protectmyapi_directory_v1_TemplatePart)[];
}

export interface Template__Output {
  'parts': (_protectmyapi_directory_v1_TemplatePart__Output)[];
}
