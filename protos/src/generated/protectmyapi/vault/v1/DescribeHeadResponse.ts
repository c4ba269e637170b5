// Original file: protectmyapi/vault/v1/vault.proto

import type { HeadKey as _protectmyapi_vault_v1_HeadKey, HeadKey__Output as _protectmyapi_vault_v1_HeadKey__Output } from '../../../protectmyapi/vault/v1/HeadKey.js';
import type { SignedHead as _protectmyapi_vault_v1_SignedHead, SignedHead__Output as _protectmyapi_vault_v1_SignedHead__Output } from '../../../protectmyapi/vault/v1/SignedHead.js';

export interface DescribeHeadResponse {
  'installationId'?: (string);
  'keys'?: (_protectmyapi_vault_v1_HeadKey)[];
  'last'?: (_protectmyapi_vault_v1_SignedHead | null);
}

export interface DescribeHeadResponse__Output {
  'installationId': (string);
  'keys': (_protectmyapi_vault_v1_HeadKey__Output)[];
  'last': (_protectmyapi_vault_v1_SignedHead__Output | null);
}
