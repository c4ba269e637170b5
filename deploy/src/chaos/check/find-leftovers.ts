import type { History } from '../history/history.js'
import type { Evidence, HalfDone, ProcessSizes } from './evidence.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** What is half-done is finished, or given up, so soon after everything is there again. */
  finishedInMs: 10_000,
  /** Signing keys: their rotation is looked after every ten seconds. */
  keysFinishedInMs: 20_000,
  /**
   * What a heap keeps of a run's load, beyond what it had grown to in the seconds before: 76 MB is the most that was measured,
   * of a proxy. A leak of 24 kB with each of the 5,000 requests that one gets would be over it.
   */
  grownMbMax: 120,
  /** Both looks are at rest: what differs are connections that pools keep for a while; 10 is the most that was measured. */
  moreDescriptorsMax: 20,
} as const

/** What failures have left behind: nothing is half-done, no process is missing, and none has grown. */
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
