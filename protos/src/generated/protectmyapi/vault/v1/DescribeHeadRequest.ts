// Original file: protectmyapi/vault/v1/vault.proto


export interface DescribeHeadRequest {
  'chain'?: (string);
}

export interface DescribeHeadRequest__Output {
  'chain': (string);
}
