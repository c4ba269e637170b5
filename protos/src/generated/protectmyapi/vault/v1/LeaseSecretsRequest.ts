// Original file: protectmyapi/vault/v1/vault.proto


export interface LeaseSecretsRequest {
  'grant'?: (string);
  'versionIds'?: (string)[];
}

export interface LeaseSecretsRequest__Output {
  'grant': (string);
  'versionIds': (string)[];
}
