import { createLogger, type Logger } from '@protectmyapi/service-kit/program/log'

/** A logger whose lines a test can read. */
export interface MemoryLog {
  readonly log: Logger
  lines(): readonly Readonly<Record<string, unknown>>[]
  /** As they were written, each with its end. */
  text(): string
}

/** @param level `LOG_LEVEL`, from which on lines are kept. */
export function memoryLog(level = 'debug'): MemoryLog {
  const written: string[] = []
  const log = createLogger('test', level, { write: (line: string) => void written.push(line) })
  return {
    log,
    lines: () => written.map((line) => JSON.parse(line)),
    text: () => written.join(''),
  }
}
