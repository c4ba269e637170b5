import type { Evidence, ProcessSizes } from './evidence.js'
import type { Violation } from './violation.js'

const LIMITS = {
  /** What a heap grows to under load and keeps for a while. A leak of a request's worth would be many times this. */
  grownMbMax: 150,
  /** Pools and kept connections, of a process that had none yet when it was looked at first. */
  moreDescriptorsMax: 64,
} as const

/** What failures have left behind: nothing is half-done, and no process has grown. */
export function findLeftovers({ pending, processes }: Evidence): Violation[] {
  const half: Violation[] =
    pending === 0 ? [] : [{ kind: 'pending', says: `${pending} versions of secrets are pending for more than 10 s` }]
  return [...half, ...processes.flatMap(grown)]
}

function grown({ name, before, after }: ProcessSizes): Violation[] {
  const isGrown =
    after.residentMb - before.residentMb > LIMITS.grownMbMax ||
    after.descriptors - before.descriptors > LIMITS.moreDescriptorsMax
  if (!isGrown) return []
  const sizes = [before, after].map(({ residentMb, descriptors }) => `${residentMb} MB and ${descriptors} descriptors`)
  return [{ kind: 'grown', says: `${name} had ${sizes.join(', and has ')}` }]
}
