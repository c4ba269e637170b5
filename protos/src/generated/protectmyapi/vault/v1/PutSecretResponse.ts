// Original file: protectmyapi/vault/v1/vault.proto


export interface PutSecretResponse {
}

export interface PutSecretResponse__Output {
}
