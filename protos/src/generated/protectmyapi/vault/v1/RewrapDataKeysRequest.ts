// Original file: protectmyapi/vault/v1/vault.proto


export interface RewrapDataKeysRequest {
  'begin'?: (boolean);
}

export interface RewrapDataKeysRequest__Output {
  'begin': (boolean);
}
