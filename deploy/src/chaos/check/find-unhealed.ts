import type { History, InjectedFault } from '../history/history.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** For what was cut off, hung or was slow: as promised to clients (README, promise 21). */
  backInMs: 5_000,
  /**
   * For what ended: the old process hands over what it has, and the new one starts beside all the load on few cores.
   */
  startedInMs: 15_000,
} as const

const ENDS: ReadonlySet<string> = new Set(['killed', 'restarted', 'lost', 'failed over'])

/**
 * Everything that was broken must be whole again in time: ready, and with all that was injected meanwhile on record.
 */
export function findUnhealed({ faults }: Pick<History, 'faults'>): Violation[] {
  return faults.flatMap((fault): Violation[] => {
    const { kind, target, mendedMs, backMs, isWhole } = fault
    const what = `${target} ${kind}, mended at ${seconds(mendedMs)}`
    if (!isWhole) return [{ kind: 'not whole', says: `${what}: ${missingOf(fault)}` }]
    const backInMs = (backMs ?? mendedMs) - mendedMs
    const allowedMs = ENDS.has(kind) ? LIMITS.startedInMs : LIMITS.backInMs
    if (backInMs <= allowedMs) return []
    return [{ kind: 'back too late', says: `${what}: ready ${seconds(backInMs)} later` }]
  })
}

function missingOf({ backMs }: InjectedFault): string {
  return backMs === null ? 'not every part was ready again in time' : 'not everything was on record in time'
}
