// Original file: protectmyapi/vault/v1/vault.proto


export interface HeadKey {
  'keyId'?: (string);
  'publicKey'?: (Buffer | Uint8Array | string);
}

export interface HeadKey__Output {
  'keyId': (string);
  'publicKey': (Buffer);
}
