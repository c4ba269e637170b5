// Original file: protectmyapi/directory/v1/directory.proto


export interface ResolveRouteRequest {
  'credential'?: (string);
  'service'?: (string);
}

export interface ResolveRouteRequest__Output {
  'credential': (string);
  'service': (string);
}
