// Original file: protectmyapi/directory/v1/directory.proto


export interface ResolveSecretsRequest {
  'names'?: (string)[];
}

export interface ResolveSecretsRequest__Output {
  'names': (string)[];
}
