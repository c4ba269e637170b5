// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface Target {
  'baseUrl'?: (string);
  'methods'?: (string)[];
  'paths'?: (string)[];
  'timeoutMs'?: (number);
  'scrub'?: (boolean);
  'bodyBytesMax'?: (number | string | Long);
  'forwardTraceContext'?: (boolean);
}

export interface Target__Output {
  'baseUrl': (string);
  'methods': (string)[];
  'paths': (string)[];
  'timeoutMs': (number);
  'scrub': (boolean);
  'bodyBytesMax': (number);
  'forwardTraceContext': (boolean);
}
