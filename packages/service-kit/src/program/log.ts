import { type DestinationStream, type Logger, pino } from 'pino'
import { Fault } from '../faults.js'
import { shownJson } from '../shown-text.js'
import { activeSpan } from '../telemetry/spans.js'

export type { Logger } from 'pino'

/** From the fewest lines to the most, and none. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Names under which a secret could slip into a log line. The types keep values out; this stands behind them. */
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

/** What somebody may have to look at; pino's numbers. */
const COUNTED: Readonly<Record<number, 'warn' | 'error' | 'fatal'>> = { 40: 'warn', 50: 'error', 60: 'fatal' }

/** Of this process, whichever logger wrote them. */
const lines = { warn: 0, error: 0, fatal: 0 }

/** Lines logged by this process, at the levels that somebody may have to look at. */
export function linesLogged(): Readonly<typeof lines> {
  return lines
}

/**
 * JSON lines on standard output, which no terminal obeys. Bodies and header fields are never handed to it. Where what
 * runs is traced, a line says of which trace it is.
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

/** Code, detail and causes of what was thrown. Only messages and stacks: own fields of a foreign error may hold anything. */
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
