import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosSystem } from '../system/chaos-system.js'
import type { RecordWatch } from './record-watch.js'

const LIMITS = {
  /** A proxy hands over after five seconds what was not drained; a dead management's share is taken over after as many. */
  healedMs: 15_000,
  pollMs: 100,
  probeMs: 1_000,
} as const

/**
 * Waits until every part says that it is ready, and everything that was injected before is on record: only then the next
 * failure is a single one.
 *
 * @returns false where it has not come to that in time.
 */
export async function untilHealed(system: ChaosSystem, records: RecordWatch): Promise<boolean> {
  const endsMs = performance.now() + LIMITS.healedMs
  // What is injected from now on does not count: under load something is always on its way.
  const before = records.count
  while (performance.now() < endsMs) {
    if ((await areReady(system)) && (await records.missing(before)) === 0) return true
    await sleep(LIMITS.pollMs)
  }
  records.giveUp()
  return false
}

/** Waits until a proxy listens again: until then clients are refused. Other parts are not waited for. */
export async function untilUp({ ports }: ChaosSystem, target: string): Promise<boolean> {
  const port = ports.proxy.find((_, index) => target === `proxy-${index + 1}`)
  const endsMs = performance.now() + LIMITS.healedMs
  while (port !== undefined && performance.now() < endsMs) {
    if (await answers(port, '/healthz')) return true
    await sleep(LIMITS.pollMs)
  }
  return port === undefined
}

async function areReady({ ports, pidOf }: ChaosSystem): Promise<boolean> {
  if (['vault-1', 'vault-2', 'postgres', 'redis'].some((name) => pidOf(name) === undefined)) return false
  const ready = await Promise.all([...ports.management, ...ports.proxy].map((port) => answers(port, '/readyz')))
  return ready.every((one) => one)
}

async function answers(port: number, path: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(LIMITS.probeMs) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
