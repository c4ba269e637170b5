// Original file: protectmyapi/vault/v1/vault.proto


export interface ShredOrganizationRequest {
  'organizationId'?: (string);
}

export interface ShredOrganizationRequest__Output {
  'organizationId': (string);
}
