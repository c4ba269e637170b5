// Original file: protectmyapi/vault/v1/vault.proto


export interface DestroyVersionsResponse {
}

export interface DestroyVersionsResponse__Output {
}
