import { Fault, type FieldError } from '@protectmyapi/service-kit/faults'
import { ANALYTICS_LIMITS } from '../analytics-limits.js'
import type { Step } from './analytics-schemas.js'

/** Whole steps: Unix times in milliseconds, the second exclusive. */
export interface AskedRange {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const STEP_MS = { hour: HOUR_MS, day: DAY_MS } as const

const LIMITS = ANALYTICS_LIMITS.range

/** The whole steps that hold what was asked for. @throws Fault INVALID_REQUEST. */
export function askedRange(
  { from, to, step }: { readonly from?: Date | undefined; readonly to?: Date | undefined; readonly step: Step },
  nowMs: number,
): AskedRange {
  const endMs = to?.getTime() ?? nowMs
  const beginMs = from?.getTime() ?? endMs - LIMITS.usualDays * DAY_MS
  if (beginMs >= endMs)
    throw refused({ pointer: 'from', detail: 'Give a moment before `to`, which is now by default.' })
  const daysMax = LIMITS.daysMax[step]
  if (endMs - beginMs > daysMax * DAY_MS) {
    const more = step === 'hour' ? ', or step=day' : ''
    throw refused({ pointer: 'from', detail: `Give a moment at most ${daysMax} days before \`to\`${more}.` })
  }
  const stepMs = STEP_MS[step]
  return { fromMs: Math.floor(beginMs / stepMs) * stepMs, toMs: Math.ceil(endMs / stepMs) * stepMs, stepMs }
}

const refused = (error: FieldError): Fault =>
  new Fault('INVALID_REQUEST', `a range of analytics: ${error.detail}`, { errors: [error] })
