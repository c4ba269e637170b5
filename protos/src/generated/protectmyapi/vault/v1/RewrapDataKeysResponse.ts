// Original file: protectmyapi/vault/v1/vault.proto


export interface RewrapDataKeysResponse {
}

export interface RewrapDataKeysResponse__Output {
}
