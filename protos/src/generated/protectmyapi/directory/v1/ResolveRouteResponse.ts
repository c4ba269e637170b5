// Original file: protectmyapi/directory/v1/directory.proto

import type { Label as _protectmyapi_directory_v1_Label, Label__Output as _protectmyapi_directory_v1_Label__Output } from '../../../protectmyapi/directory/v1/Label.js';
import type { Target as _protectmyapi_directory_v1_Target, Target__Output as _protectmyapi_directory_v1_Target__Output } from '../../../protectmyapi/directory/v1/Target.js';
import type { Injection as _protectmyapi_directory_v1_Injection, Injection__Output as _protectmyapi_directory_v1_Injection__Output } from '../../../protectmyapi/directory/v1/Injection.js';
import type { Limit as _protectmyapi_directory_v1_Limit, Limit__Output as _protectmyapi_directory_v1_Limit__Output } from '../../../protectmyapi/directory/v1/Limit.js';
import type { GrantedSecret as _protectmyapi_directory_v1_GrantedSecret, GrantedSecret__Output as _protectmyapi_directory_v1_GrantedSecret__Output } from '../../../protectmyapi/directory/v1/GrantedSecret.js';
import type { Quota as _protectmyapi_directory_v1_Quota, Quota__Output as _protectmyapi_directory_v1_Quota__Output } from '../../../protectmyapi/directory/v1/Quota.js';
import type { Long } from '@grpc/proto-loader';

export interface ResolveRouteResponse {
  'organizationId'?: (string);
  'appId'?: (string);
  'serviceId'?: (string);
  'labels'?: (_protectmyapi_directory_v1_Label)[];
  'target'?: (_protectmyapi_directory_v1_Target | null);
  'injection'?: (_protectmyapi_directory_v1_Injection | null);
  'limits'?: (_protectmyapi_directory_v1_Limit)[];
  'secrets'?: (_protectmyapi_directory_v1_GrantedSecret)[];
  'grant'?: (string);
  'lifeMs'?: (number | string | Long);
  'platform'?: (string);
  'unattested'?: (boolean);
  'quotas'?: (_protectmyapi_directory_v1_Quota)[];
}

export interface ResolveRouteResponse__Output {
  'organizationId': (string);
  'appId': (string);
  'serviceId': (string);
  'labels': (_protectmyapi_directory_v1_Label__Output)[];
  'target': (_protectmyapi_directory_v1_Target__Output | null);
  'injection': (_protectmyapi_directory_v1_Injection__Output | null);
  'limits': (_protectmyapi_directory_v1_Limit__Output)[];
  'secrets': (_protectmyapi_directory_v1_GrantedSecret__Output)[];
  'grant': (string);
  'lifeMs': (number);
  'platform': (string);
  'unattested': (boolean);
  'quotas': (_protectmyapi_directory_v1_Quota__Output)[];
}
