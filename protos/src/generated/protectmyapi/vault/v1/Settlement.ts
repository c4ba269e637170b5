// Original file: protectmyapi/vault/v1/vault.proto

export const Settlement = {
  SETTLEMENT_UNSPECIFIED: 'SETTLEMENT_UNSPECIFIED',
  SETTLEMENT_STORED: 'SETTLEMENT_STORED',
  SETTLEMENT_CLOSED: 'SETTLEMENT_CLOSED',
} as const;

export type Settlement =
  | 'SETTLEMENT_UNSPECIFIED'
  | 0
  | 'SETTLEMENT_STORED'
  | 1
  | 'SETTLEMENT_CLOSED'
  | 2

export type Settlement__Output = typeof Settlement[keyof typeof Settlement]
