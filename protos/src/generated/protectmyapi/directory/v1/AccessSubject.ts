// Original file: protectmyapi/directory/v1/directory.proto

import type { GrantedSecret as _protectmyapi_directory_v1_GrantedSecret, GrantedSecret__Output as _protectmyapi_directory_v1_GrantedSecret__Output } from '../../../protectmyapi/directory/v1/GrantedSecret.js';

export interface AccessSubject {
  'appId'?: (string);
  'serviceId'?: (string);
  'deviceId'?: (string);
  'sessionId'?: (string);
  'secrets'?: (_protectmyapi_directory_v1_GrantedSecret)[];
  'method'?: (string);
  'path'?: (string);
  'sourceAddress'?: (string);
  'platform'?: (string);
  'appVersion'?: (string);
  'unattested'?: (boolean);
}

export interface AccessSubject__Output {
  'appId': (string);
  'serviceId': (string);
  'deviceId': (string);
  'sessionId': (string);
  'secrets': (_protectmyapi_directory_v1_GrantedSecret__Output)[];
  'method': (string);
  'path': (string);
  'sourceAddress': (string);
  'platform': (string);
  'appVersion': (string);
  'unattested': (boolean);
}
