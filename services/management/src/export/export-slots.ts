import { Fault } from '@protectmyapi/service-kit/faults'
import { EXPORT_LIMITS } from './export-limits.js'

/** Counts what reads a whole trail, under way in this process: nobody's must take all that others need. */
export interface ExportSlots {
  /** Answers how to give it back. @throws Fault RATE_LIMITED. */
  take(taker: SlotTaker): () => void
}

export interface SlotTaker {
  readonly organizationId: string
  readonly userId: string
}

export function createExportSlots(what: 'exports' | 'verifications'): ExportSlots {
  const organizations = createCount()
  const people = createCount()
  let all = 0
  return {
    take({ organizationId, userId }) {
      const { perOrganization, perPerson, perProcess } = EXPORT_LIMITS
      const isTaken = organizations.of(organizationId) >= perOrganization || people.of(userId) >= perPerson
      if (isTaken || all >= perProcess) throw tooMany(what)
      const ends = [organizations.add(organizationId), people.add(userId)]
      all += 1
      return () => {
        for (const end of ends) end()
        all -= 1
      }
    },
  }
}

interface Count {
  of(id: string): number
  /** Answers how to take it off again. */
  add(id: string): () => void
}

function createCount(): Count {
  const taken = new Map<string, number>()
  const of = (id: string): number => taken.get(id) ?? 0
  return {
    of,
    add(id) {
      taken.set(id, of(id) + 1)
      return () => {
        const left = of(id) - 1
        if (left === 0) taken.delete(id)
        else taken.set(id, left)
      }
    },
  }
}

const tooMany = (what: string): Fault =>
  new Fault('RATE_LIMITED', `too many ${what} at once`, {
    say: `Too many ${what} are under way. Wait for one to end, or as long as Retry-After says.`,
    retryAfterSeconds: EXPORT_LIMITS.retryAfterSeconds,
  })
