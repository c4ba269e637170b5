// Original file: protectmyapi/directory/v1/directory.proto

import type { Long } from '@grpc/proto-loader';

export interface AccessOutcome {
  'status'?: (number);
  'fault'?: (string);
  'requestBytes'?: (number | string | Long);
  'responseBytes'?: (number | string | Long);
  'upstreamMs'?: (number);
  'totalMs'?: (number);
  'aborted'?: (boolean);
}

export interface AccessOutcome__Output {
  'status': (number);
  'fault': (string);
  'requestBytes': (number);
  'responseBytes': (number);
  'upstreamMs': (number);
  'totalMs': (number);
  'aborted': (boolean);
}
