// Original file: protectmyapi/vault/v1/vault.proto


export interface RotateDataKeyRequest {
  'organizationId'?: (string);
}

export interface RotateDataKeyRequest__Output {
  'organizationId': (string);
}
