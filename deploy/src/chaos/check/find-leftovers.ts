import type { History } from '../history/history.js'
import type { Evidence, HalfDone, ProcessSizes } from './evidence.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** What is half-done must be finished or given up this soon after the last failure and the last change. */
  finishedInMs: 10_000,
  /** The same for signing keys, whose rotation is checked every ten seconds. */
  keysFinishedInMs: 20_000,
  /**
   * What a heap may keep of a run's load, beyond its size after the warm-up: the most that was measured is 76 MB, of a
   * proxy. A leak of 24 kB in each of the 5,000 requests that one proxy gets would exceed the bound.
   */
  grownMbMax: 120,
  /**
   * Both measurements are taken at rest. They differ by connections that pools keep for a while: the most that was
   * measured is 10.
   */
  moreDescriptorsMax: 20,
} as const

/** What failures have left behind: nothing may be half-done, no process may be missing, and none may have grown. */
export function findLeftovers({ operations, faults }: History, { halfDone, processes }: Evidence): Violation[] {
  const quietMs = Math.max(0, ...faults.map(({ endMs }) => endMs), ...operations.map(({ endMs }) => endMs))
  const late = halfDone.findLast((look) => isLate(look, look.atMs - quietMs))
  const half: Violation[] = late === undefined ? [] : [{ kind: 'pending', says: halfDoneSince(late, quietMs) }]
  return [...half, ...processes.flatMap(leftBy)]
}

function isLate({ pending, undestroyed, undestroyedKeys }: HalfDone, quietForMs: number): boolean {
  if (quietForMs > LIMITS.finishedInMs && pending + undestroyed > 0) return true
  return quietForMs > LIMITS.keysFinishedInMs && undestroyedKeys > 0
}

function halfDoneSince({ atMs, pending, undestroyed, undestroyedKeys }: HalfDone, quietMs: number): string {
  const what = `${pending} versions are pending and ${undestroyed + undestroyedKeys} destructions unfinished`
  return `${what}, ${seconds(atMs - quietMs)} after the last failure and the last change`
}

function leftBy({ name, before, after }: ProcessSizes): Violation[] {
  if (before === null || after === null) {
    const when = before === null ? 'before anything broke' : 'at the end'
    return [{ kind: 'missing', says: `${name} was not there ${when}` }]
  }
  const isGrown =
    after.residentMb - before.residentMb > LIMITS.grownMbMax ||
    after.descriptors - before.descriptors > LIMITS.moreDescriptorsMax
  if (!isGrown) return []
  const sizes = [before, after].map(({ residentMb, descriptors }) => `${residentMb} MB and ${descriptors} descriptors`)
  return [{ kind: 'grown', says: `${name} had ${sizes.join(', and has ')}` }]
}
