// Original file: protectmyapi/directory/v1/directory.proto


export interface AppleRegistration {
  'challenge'?: (string);
  'keyId'?: (Buffer | Uint8Array | string);
  'attestation'?: (Buffer | Uint8Array | string);
}

export interface AppleRegistration__Output {
  'challenge': (string);
  'keyId': (Buffer);
  'attestation': (Buffer);
}
