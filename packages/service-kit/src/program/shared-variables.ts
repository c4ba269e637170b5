import { z } from 'zod'
import { DurationMs } from './config.js'
import { LOG_LEVELS } from './log.js'

const LIMITS = {
  /** With a shorter horizon, a single lost packet would make every proxy refuse. */
  horizonMsMin: 1_000,
  /** Far below the feed's window of 20 minutes (WINDOW). */
  horizonMsMax: 300_000,
} as const

/** `LOG_LEVEL` of every service, and of whatever starts them. */
export const LogLevel = z.enum(LOG_LEVELS).default('info')

/** `PMA_HORIZON_MS` of management, and of whatever starts it. */
export const HorizonMs = DurationMs.min(LIMITS.horizonMsMin).max(LIMITS.horizonMsMax).default(30_000)
