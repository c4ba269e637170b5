// Original file: protectmyapi/vault/v1/vault.proto


export interface Placement {
  'header'?: (string);
  'query'?: (string);
  'basicUser'?: (boolean);
  'basicPassword'?: (boolean);
  'path'?: (string);
  'kind'?: "header"|"query"|"basicUser"|"basicPassword"|"path";
}

export interface Placement__Output {
  'header'?: (string);
  'query'?: (string);
  'basicUser'?: (boolean);
  'basicPassword'?: (boolean);
  'path'?: (string);
  'kind'?: "header"|"query"|"basicUser"|"basicPassword"|"path";
}
