// Original file: protectmyapi/vault/v1/vault.proto

export const VersionState = {
  VERSION_STATE_UNSPECIFIED: 'VERSION_STATE_UNSPECIFIED',
  VERSION_STATE_STORED: 'VERSION_STATE_STORED',
  VERSION_STATE_CLOSED: 'VERSION_STATE_CLOSED',
  VERSION_STATE_DESTROYED: 'VERSION_STATE_DESTROYED',
} as const;

export type VersionState =
  | 'VERSION_STATE_UNSPECIFIED'
  | 0
  | 'VERSION_STATE_STORED'
  | 1
  | 'VERSION_STATE_CLOSED'
  | 2
  | 'VERSION_STATE_DESTROYED'
  | 3

export type VersionState__Output = typeof VersionState[keyof typeof VersionState]
