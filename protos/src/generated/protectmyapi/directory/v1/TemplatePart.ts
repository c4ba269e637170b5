// Original file: protectmyapi/directory/v1/directory.proto


export interface TemplatePart {
  'literal'?: (string);
  'secretId'?: (string);
  'part'?: "literal"|"secretId";
}

export interface TemplatePart__Output {
  'literal'?: (string);
  'secretId'?: (string);
  'part'?: "literal"|"secretId";
}
