// Original file: protectmyapi/directory/v1/directory.proto


export interface ListSessionKeysRequest {
}

export interface ListSessionKeysRequest__Output {
}
