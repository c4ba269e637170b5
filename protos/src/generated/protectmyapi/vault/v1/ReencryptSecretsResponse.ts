// Original file: protectmyapi/vault/v1/vault.proto


export interface ReencryptSecretsResponse {
}

export interface ReencryptSecretsResponse__Output {
}
