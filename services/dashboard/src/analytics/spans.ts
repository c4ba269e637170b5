import type { Analytics } from '../api/types.js'

/** The ranges that can be chosen, with the step of each: so that a chart shows an hour's peak where it can. */
export const SPANS = {
  '24h': { label: '24 hours', step: 'hour', steps: 24 },
  '7d': { label: '7 days', step: 'hour', steps: 7 * 24 },
  '30d': { label: '30 days', step: 'day', steps: 30 },
  '90d': { label: '90 days', step: 'day', steps: 90 },
} as const satisfies Record<string, Span>

export type SpanName = keyof typeof SPANS

interface Span {
  readonly label: string
  readonly step: Analytics['step']
  /** The one that is under way is the last. */
  readonly steps: number
}

const STEP_MS = { hour: 3_600_000, day: 24 * 3_600_000 } as const

export const isSpanName = (text: unknown): text is SpanName => typeof text === 'string' && Object.hasOwn(SPANS, text)

/** What the API is asked for. It begins at the whole step that `from` is in. */
export function askedOf(name: SpanName, now: Date): { readonly from: string; readonly step: Span['step'] } {
  const { step, steps } = SPANS[name]
  return { from: new Date(now.getTime() - (steps - 1) * STEP_MS[step]).toISOString(), step }
}
