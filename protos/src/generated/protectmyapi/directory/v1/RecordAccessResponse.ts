// Original file: protectmyapi/directory/v1/directory.proto


export interface RecordAccessResponse {
}

export interface RecordAccessResponse__Output {
}
