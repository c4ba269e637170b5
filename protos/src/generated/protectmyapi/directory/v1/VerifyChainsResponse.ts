// Original file: protectmyapi/directory/v1/directory.proto


export interface VerifyChainsResponse {
  'verification'?: (string);
  'lines'?: (string)[];
}

export interface VerifyChainsResponse__Output {
  'verification': (string);
  'lines': (string)[];
}
