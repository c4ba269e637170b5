import type { Time } from '../time.js'

export interface ManualTime extends Time {
  /**
   * Lets time pass. On return, everything due has run, and what it started has got as far as it can without more time.
   */
  advance(ms: number): Promise<void>
}

interface Due {
  readonly atMs: number
  readonly run: () => void
}

export function manualTime(): ManualTime {
  let nowMs = 1_000
  const waiting = new Set<Due>()

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }

  return {
    nowMs: () => nowMs,
    random: () => 1,
    after(ms, run) {
      const due = { atMs: nowMs + ms, run }
      waiting.add(due)
      return () => void waiting.delete(due)
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = [...waiting].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (!next) break
        waiting.delete(next)
        nowMs = next.atMs
        next.run()
        await settle()
      }
      nowMs = untilMs
      await settle()
    },
  }
}
