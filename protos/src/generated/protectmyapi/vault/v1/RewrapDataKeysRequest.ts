// Original file: protectmyapi/vault/v1/vault.proto


export interface RewrapDataKeysRequest {
}

export interface RewrapDataKeysRequest__Output {
}
