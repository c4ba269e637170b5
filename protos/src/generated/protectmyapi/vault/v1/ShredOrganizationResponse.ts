// Original file: protectmyapi/vault/v1/vault.proto


export interface ShredOrganizationResponse {
}

export interface ShredOrganizationResponse__Output {
}
