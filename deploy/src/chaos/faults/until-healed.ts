import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosSystem } from '../system/chaos-system.js'
import type { RecordWatch } from './record-watch.js'

const LIMITS = {
  /**
   * A proxy hands over after five seconds what was not drained; a dead management's share is taken over after as many, and
   * another is started beside all the load.
   */
  healedMs: 20_000,
  pollMs: 100,
  probeMs: 1_000,
} as const

/** What became of a failure once it was mended. */
export interface Healing {
  /** When every part that was waited for said that it is ready; null where that was not in time. */
  readonly backMs: number | null
  /** Whether all that was waited for came in time. */
  readonly isWhole: boolean
}

/**
 * Waits until every part says that it is ready, and everything that was injected before is on record: only then the next
 * failure is a single one.
 */
export async function untilHealed(system: ChaosSystem, records: RecordWatch): Promise<Healing> {
  const endsMs = performance.now() + LIMITS.healedMs
  let backMs: number | null = null
  // What is injected from now on does not count: under load something is always on its way.
  const before = records.count
  while (performance.now() < endsMs) {
    backMs = (await areReady(system)) ? (backMs ?? performance.now()) : null
    if (backMs !== null && (await records.missing(before)) === 0) return { backMs, isWhole: true }
    await sleep(LIMITS.pollMs)
  }
  records.giveUp()
  return { backMs, isWhole: false }
}

/** Waits until a proxy listens again: until then clients are refused. Other parts are not waited for. */
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

/** A proxy past its horizon stays ready where no other could serve in its place. */
const isCurrent = (body: string): boolean => !body.includes('horizon-passed')

/** Whether it answers with 2xx, and a body that says so, within a second: as patient as a probe. */
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
