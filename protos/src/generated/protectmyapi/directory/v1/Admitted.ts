// Original file: protectmyapi/directory/v1/directory.proto


export interface Admitted {
}

export interface Admitted__Output {
}
