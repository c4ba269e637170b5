// Original file: protectmyapi/directory/v1/directory.proto


export interface AppleAssertion {
  'challenge'?: (string);
  'keyId'?: (Buffer | Uint8Array | string);
  'assertion'?: (Buffer | Uint8Array | string);
}

export interface AppleAssertion__Output {
  'challenge': (string);
  'keyId': (Buffer);
  'assertion': (Buffer);
}
