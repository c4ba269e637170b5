import { type DestinationStream, type Logger, pino } from 'pino'
import { Fault } from './faults.js'

export type { Logger } from 'pino'

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

/**
 * JSON lines on standard output. Bodies and header fields are never handed to it.
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
