// Original file: protectmyapi/vault/v1/vault.proto


export interface ListChainsRequest {
  'after'?: (string);
}

export interface ListChainsRequest__Output {
  'after': (string);
}
