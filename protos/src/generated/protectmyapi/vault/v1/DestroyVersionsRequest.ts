// Original file: protectmyapi/vault/v1/vault.proto


export interface DestroyVersionsRequest {
  'organizationId'?: (string);
  'secretId'?: (string);
  'versionIds'?: (string)[];
}

export interface DestroyVersionsRequest__Output {
  'organizationId': (string);
  'secretId': (string);
  'versionIds': (string)[];
}
