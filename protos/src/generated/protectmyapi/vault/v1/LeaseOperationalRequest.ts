// Original file: protectmyapi/vault/v1/vault.proto


export interface LeaseOperationalRequest {
  'organizationId'?: (string);
  'secretId'?: (string);
  'versionId'?: (string);
}

export interface LeaseOperationalRequest__Output {
  'organizationId': (string);
  'secretId': (string);
  'versionId': (string);
}
