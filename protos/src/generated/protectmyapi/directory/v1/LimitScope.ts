// Original file: protectmyapi/directory/v1/directory.proto

export const LimitScope = {
  LIMIT_SCOPE_UNSPECIFIED: 'LIMIT_SCOPE_UNSPECIFIED',
  LIMIT_SCOPE_DEVICE: 'LIMIT_SCOPE_DEVICE',
  LIMIT_SCOPE_APP: 'LIMIT_SCOPE_APP',
  LIMIT_SCOPE_SERVICE: 'LIMIT_SCOPE_SERVICE',
  LIMIT_SCOPE_ORGANIZATION: 'LIMIT_SCOPE_ORGANIZATION',
} as const;

export type LimitScope =
  | 'LIMIT_SCOPE_UNSPECIFIED'
  | 0
  | 'LIMIT_SCOPE_DEVICE'
  | 1
  | 'LIMIT_SCOPE_APP'
  | 2
  | 'LIMIT_SCOPE_SERVICE'
  | 3
  | 'LIMIT_SCOPE_ORGANIZATION'
  | 4

export type LimitScope__Output = typeof LimitScope[keyof typeof LimitScope]
