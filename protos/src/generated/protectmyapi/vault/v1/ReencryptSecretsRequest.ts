// Original file: protectmyapi/vault/v1/vault.proto


export interface ReencryptSecretsRequest {
  'organizationId'?: (string);
  'known'?: (boolean);
}

export interface ReencryptSecretsRequest__Output {
  'organizationId': (string);
  'known': (boolean);
}
