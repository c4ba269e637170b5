import { setTimeout as sleep } from 'node:timers/promises'
import { answers } from '../chaos/faults/until-healed.js'

/** Pause between two looks. */
const EVERY_MS = 250

/** The readiness of the proxies as an orchestrator sees it. */
export interface ReadinessWatch {
  /** Settles with the number of looks, and the number of those at which no proxy was ready. */
  stop(): Promise<Readiness>
}

export interface Readiness {
  readonly looks: number
  readonly nobody: number
}

/** Polls `/readyz` of all proxies. */
export function watchReadiness(ports: readonly number[]): ReadinessWatch {
  let [looks, nobody, isOver] = [0, 0, false]
  async function watch(): Promise<void> {
    while (!isOver) {
      const ready = await Promise.all(ports.map((port) => answers(port, '/readyz')))
      looks += 1
      if (!ready.some((one) => one)) nobody += 1
      await sleep(EVERY_MS)
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
