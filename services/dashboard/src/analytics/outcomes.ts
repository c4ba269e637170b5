import type { Usage } from '../api/types.js'

/** How requests end, in the order in which they are drawn from the bottom up, and listed. */
export const OUTCOMES = {
  succeeded: 'Succeeded',
  refused: 'Refused by ProtectMyAPI',
  failed: 'Failed at the provider',
  aborted: 'Ended by the client',
  open: 'No end yet',
} as const

export type Outcome = keyof typeof OUTCOMES
export const OUTCOME_NAMES = ['succeeded', 'refused', 'failed', 'aborted', 'open'] as const satisfies readonly Outcome[]

export type Counts = Pick<Usage, 'requests' | Exclude<Outcome, 'open'>>

/** `open`: under way, or their proxy died. */
export function outcomesOf({
  requests,
  succeeded,
  refused,
  failed,
  aborted,
}: Counts): Readonly<Record<Outcome, number>> {
  const ended = { succeeded, refused, failed, aborted }
  return { ...ended, open: Math.max(0, requests - succeeded - refused - failed - aborted) }
}
