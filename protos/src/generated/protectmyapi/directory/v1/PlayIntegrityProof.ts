// Original file: protectmyapi/directory/v1/directory.proto


export interface PlayIntegrityProof {
  'challenge'?: (string);
  'installation'?: (string);
  'token'?: (string);
}

export interface PlayIntegrityProof__Output {
  'challenge': (string);
  'installation': (string);
  'token': (string);
}
