// Original file: protectmyapi/directory/v1/directory.proto


export interface IssueChallengeRequest {
  'appToken'?: (string);
  'sourceAddress'?: (string);
}

export interface IssueChallengeRequest__Output {
  'appToken': (string);
  'sourceAddress': (string);
}
