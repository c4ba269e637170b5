import { createLogger, type Logger } from '@protectmyapi/service-kit/program/log'

/** A logger whose lines a test can read. */
export interface MemoryLog {
  readonly log: Logger
  lines(): readonly Readonly<Record<string, unknown>>[]
  /** The lines as written, each with its line end. */
  text(): string
}

/** @param level the lowest level of lines that are kept, as in `LOG_LEVEL`. */
export function memoryLog(level = 'debug'): MemoryLog {
  const written: string[] = []
  const log = createLogger('test', level, { write: (line: string) => void written.push(line) })
  return {
    log,
    lines: () => written.map((line) => JSON.parse(line)),
    text: () => written.join(''),
  }
}
