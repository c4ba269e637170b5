import { shownText } from '@protectmyapi/service-kit/shown-text'

/** Tells a person what happens, and is never silent for long. */
export interface Progress {
  /** Announces a step, runs it, and says how long it took. */
  step<T>(label: string, work: (say: (line: string) => void) => Promise<T>): Promise<T>
  say(line: string): void
}

/** Shorter than the ten seconds after which people think that nothing happens. */
const HEARTBEAT_MS = 4_000

export function createProgress(writeLine: (line: string) => void): Progress {
  const write = (line: string): void => writeLine(shownText(line))
  return {
    async step(label, work) {
      const startedMs = performance.now()
      const seconds = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
      write(`  · ${label}`)
      const heartbeat = setInterval(() => write(`    … ${label}, ${seconds()}`), HEARTBEAT_MS)
      try {
        const done = await work((line) => write(`    ${line}`))
        write(`  ✓ ${label} (${seconds()})`)
        return done
      } finally {
        clearInterval(heartbeat)
      }
    },
    say: write,
  }
}
