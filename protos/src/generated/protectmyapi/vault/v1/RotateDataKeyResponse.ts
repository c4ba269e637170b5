// Original file: protectmyapi/vault/v1/vault.proto


export interface RotateDataKeyResponse {
}

export interface RotateDataKeyResponse__Output {
}
