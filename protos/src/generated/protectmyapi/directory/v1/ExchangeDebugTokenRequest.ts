// Original file: protectmyapi/directory/v1/directory.proto


export interface ExchangeDebugTokenRequest {
  'debugToken'?: (string);
  'sourceAddress'?: (string);
}

export interface ExchangeDebugTokenRequest__Output {
  'debugToken': (string);
  'sourceAddress': (string);
}
