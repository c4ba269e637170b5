import { setTimeout as sleep } from 'node:timers/promises'

const LIMITS = {
  /** Between two looks. */
  everyMs: 250,
  /** As patient as a probe. */
  probeMs: 1_000,
} as const

/** What an orchestrator sees of the proxies. */
export interface ReadinessWatch {
  /** Settles with the number of looks, and of those at which no proxy said that it is ready. */
  stop(): Promise<Readiness>
}

export interface Readiness {
  readonly looks: number
  readonly nobody: number
}

/** Looks at `/readyz` of all of them, again and again. */
export function watchReadiness(ports: readonly number[]): ReadinessWatch {
  let [looks, nobody, isOver] = [0, 0, false]
  async function watch(): Promise<void> {
    while (!isOver) {
      const ready = await Promise.all(ports.map(isReady))
      looks += 1
      if (!ready.some((one) => one)) nobody += 1
      await sleep(LIMITS.everyMs)
    }
  }
  const watching = watch()
  return {
    async stop() {
      isOver = true
      await watching
      return { looks, nobody }
    },
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(LIMITS.probeMs) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
