// Original file: protectmyapi/directory/v1/directory.proto

export const QuotaPeriod = {
  QUOTA_PERIOD_UNSPECIFIED: 'QUOTA_PERIOD_UNSPECIFIED',
  QUOTA_PERIOD_DAY: 'QUOTA_PERIOD_DAY',
  QUOTA_PERIOD_MONTH: 'QUOTA_PERIOD_MONTH',
} as const;

export type QuotaPeriod =
  | 'QUOTA_PERIOD_UNSPECIFIED'
  | 0
  | 'QUOTA_PERIOD_DAY'
  | 1
  | 'QUOTA_PERIOD_MONTH'
  | 2

export type QuotaPeriod__Output = typeof QuotaPeriod[keyof typeof QuotaPeriod]
