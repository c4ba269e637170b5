import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosSystem } from '../system/chaos-system.js'
import type { RecordWatch } from './record-watch.js'

const LIMITS = {
  /**
   * A proxy hands over undrained entries after five seconds, the share of a dead management is taken over after another
   * five, and a new process starts beside all the load.
   */
  healedMs: 20_000,
  pollMs: 100,
  probeMs: 1_000,
} as const

/** The outcome of a failure after it was mended. */
export interface Healing {
  /** When every awaited part reported that it is ready; null where one did not in time. */
  readonly backMs: number | null
  /** Whether everything awaited came in time. */
  readonly isWhole: boolean
}

/**
 * Waits until every part reports that it is ready, and everything injected before is on record. Otherwise the next
 * failure would not be a single one.
 */
export async function untilHealed(system: ChaosSystem, records: RecordWatch): Promise<Healing> {
  const endsMs = performance.now() + LIMITS.healedMs
  let backMs: number | null = null
  // Requests injected from now on do not count, because under load some are always on their way.
  const before = records.count
  while (performance.now() < endsMs) {
    backMs = (await areReady(system)) ? (backMs ?? performance.now()) : null
    if (backMs !== null && (await records.missing(before)) === 0) return { backMs, isWhole: true }
    await sleep(LIMITS.pollMs)
  }
  records.giveUp()
  return { backMs, isWhole: false }
}

/** Waits until a proxy listens again, because clients are refused until then. Does not wait for other parts. */
export async function untilUp({ ports }: ChaosSystem, target: string): Promise<Healing> {
  const port = ports.proxy.find((_, index) => target === `proxy-${index + 1}`)
  const endsMs = performance.now() + LIMITS.healedMs
  while (port !== undefined && performance.now() < endsMs) {
    if (await answers(port, '/healthz')) return { backMs: performance.now(), isWhole: true }
    await sleep(LIMITS.pollMs)
  }
  return port === undefined ? { backMs: performance.now(), isWhole: true } : { backMs: null, isWhole: false }
}

async function areReady({ ports, pidOf }: ChaosSystem): Promise<boolean> {
  if (['vault-1', 'vault-2', 'postgres', 'redis'].some((name) => pidOf(name) === undefined)) return false
  const ready = await Promise.all([
    ...ports.management.map((port) => answers(port, '/readyz')),
    ...ports.proxy.map((port) => answers(port, '/readyz', isCurrent)),
  ])
  return ready.every((one) => one)
}

/** A proxy past its horizon stays ready where no other proxy could serve in its place, so the body is checked too. */
const isCurrent = (body: string): boolean => !body.includes('horizon-passed')

/** Whether the answer within a second, as long as a probe waits, is 2xx with a body that `says` accepts. */
export async function answers(
  port: number,
  path: string,
  says: (body: string) => boolean = () => true,
): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(LIMITS.probeMs) })
    const body = await answer.text()
    return answer.ok && says(body)
  } catch {
    return false
  }
}
