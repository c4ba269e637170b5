import { createLogger, type Logger } from '@protectmyapi/service-kit/log'

/** A logger whose lines a test can read. */
export interface MemoryLog {
  readonly log: Logger
  lines(): readonly Readonly<Record<string, unknown>>[]
  text(): string
}

export function memoryLog(): MemoryLog {
  const written: string[] = []
  const log = createLogger('vault', 'debug', { write: (line: string) => void written.push(line) })
  return {
    log,
    lines: () => written.map((line) => JSON.parse(line)),
    text: () => written.join(''),
  }
}
