// Original file: protectmyapi/vault/v1/vault.proto


export interface SettleVersionRequest {
  'organizationId'?: (string);
  'secretId'?: (string);
  'versionId'?: (string);
}

export interface SettleVersionRequest__Output {
  'organizationId': (string);
  'secretId': (string);
  'versionId': (string);
}
