// Original file: protectmyapi/directory/v1/directory.proto


export interface Target {
  'baseUrl'?: (string);
  'methods'?: (string)[];
  'paths'?: (string)[];
  'timeoutMs'?: (number);
  'scrub'?: (boolean);
}

export interface Target__Output {
  'baseUrl': (string);
  'methods': (string)[];
  'paths': (string)[];
  'timeoutMs': (number);
  'scrub': (boolean);
}
