// Original file: protectmyapi/vault/v1/vault.proto


export interface UnopenableVersion {
  'secretId'?: (string);
  'versionId'?: (string);
}

export interface UnopenableVersion__Output {
  'secretId': (string);
  'versionId': (string);
}
