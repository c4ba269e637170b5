/** The numbers that each row of counts has (usage_hours, usage_secrets). */
export const COUNTED = [
  'requests',
  'succeeded',
  'refused',
  'failed',
  'aborted',
  'unattested',
  'request_bytes',
  'response_bytes',
] as const
export type Counted = (typeof COUNTED)[number]

/** Its histograms. */
export const TIMES = ['total_times', 'upstream_times'] as const
