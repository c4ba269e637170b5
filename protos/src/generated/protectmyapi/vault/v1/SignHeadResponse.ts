// Original file: protectmyapi/vault/v1/vault.proto


export interface SignHeadResponse {
  'signature'?: (Buffer | Uint8Array | string);
  'keyId'?: (string);
}

export interface SignHeadResponse__Output {
  'signature': (Buffer);
  'keyId': (string);
}
