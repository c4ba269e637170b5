// Original file: protectmyapi/vault/v1/vault.proto

export const Purpose = {
  PURPOSE_UNSPECIFIED: 'PURPOSE_UNSPECIFIED',
  PURPOSE_INJECTION: 'PURPOSE_INJECTION',
  PURPOSE_OPERATIONAL: 'PURPOSE_OPERATIONAL',
  PURPOSE_GRANT_SIGNING: 'PURPOSE_GRANT_SIGNING',
} as const;

export type Purpose =
  | 'PURPOSE_UNSPECIFIED'
  | 0
  | 'PURPOSE_INJECTION'
  | 1
  | 'PURPOSE_OPERATIONAL'
  | 2
  | 'PURPOSE_GRANT_SIGNING'
  | 3

export type Purpose__Output = typeof Purpose[keyof typeof Purpose]
