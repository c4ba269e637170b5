// Original file: protectmyapi/vault/v1/vault.proto


export interface DescribeVersionsRequest {
  'organizationId'?: (string);
  'secretIds'?: (string)[];
}

export interface DescribeVersionsRequest__Output {
  'organizationId': (string);
  'secretIds': (string)[];
}
