// Original file: protectmyapi/vault/v1/vault.proto


export interface ListChainsResponse {
  'chains'?: (string)[];
}

export interface ListChainsResponse__Output {
  'chains': (string)[];
}
