// Original file: protectmyapi/directory/v1/directory.proto


export interface VerifyChainsRequest {
  'verification'?: (string);
}

export interface VerifyChainsRequest__Output {
  'verification': (string);
}
