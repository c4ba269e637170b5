// Original file: protectmyapi/directory/v1/directory.proto


export interface AppCheckProof {
  'appToken'?: (string);
  'installation'?: (string);
  'token'?: (string);
}

export interface AppCheckProof__Output {
  'appToken': (string);
  'installation': (string);
  'token': (string);
}
