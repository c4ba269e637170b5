// Original file: protectmyapi/vault/v1/vault.proto

import type { Placement as _protectmyapi_vault_v1_Placement, Placement__Output as _protectmyapi_vault_v1_Placement__Output } from '../../../protectmyapi/vault/v1/Placement.js';

export interface Bindings {
  'origins'?: (string)[];
  'placements'?: (_protectmyapi_vault_v1_Placement)[];
  'services'?: (string)[];
  'name'?: (string);
}

export interface Bindings__Output {
  'origins': (string)[];
  'placements': (_protectmyapi_vault_v1_Placement__Output)[];
  'services': (string)[];
  'name': (string);
}
