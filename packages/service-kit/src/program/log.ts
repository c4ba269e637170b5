import { type DestinationStream, type Logger, pino } from 'pino'
import { Fault } from '../faults.js'
import { shownJson } from '../shown-text.js'
import { activeSpan } from '../telemetry/spans.js'

export type { Logger } from 'pino'

/** From the fewest lines to the most; then none. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * Names under which a secret could get into a log line. The types keep values out already; this is a second barrier.
 */
const NEVER_LOGGED = [
  'value',
  'authorization',
  'cookie',
  'password',
  'token',
  'grant',
  'credential',
  'plaintext',
  'key',
]

/** Levels that may need a person's attention, by pino's numbers. */
const COUNTED: Readonly<Record<number, 'warn' | 'error' | 'fatal'>> = { 40: 'warn', 50: 'error', 60: 'fatal' }

/** Counts for this process, over all loggers. */
const lines = { warn: 0, error: 0, fatal: 0 }

/** Number of lines that this process logged, at the levels that may need a person's attention. */
export function linesLogged(): Readonly<typeof lines> {
  return lines
}

/**
 * Writes JSON lines to standard output, without characters that terminals act on. Bodies and header fields are never
 * passed to it. While a trace runs, each line names it.
 *
 * @param level `LOG_LEVEL`, pino's names.
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: NEVER_LOGGED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError },
    hooks: { streamWrite: shownJson },
    mixin(_fields: object, level: number) {
      const counted = COUNTED[level]
      if (counted) lines[counted] += 1
      const context = activeSpan()?.context()
      return context ? { trace_id: context.traceId, span_id: context.spanId } : {}
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

/**
 * Code, detail and causes of anything thrown. Only messages and stacks are included, because own properties of a
 * foreign error may hold anything.
 */
export function describeError(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { message: typeof thrown === 'string' ? thrown : typeof thrown }
  const code = thrown instanceof Fault ? thrown.code : 'code' in thrown ? String(thrown.code) : undefined
  return {
    name: thrown.name,
    ...(code === undefined ? {} : { code }),
    message: thrown.message,
    ...(thrown instanceof Fault ? {} : { stack: thrown.stack }),
    ...(thrown.cause === undefined ? {} : { cause: describeError(thrown.cause) }),
  }
}
