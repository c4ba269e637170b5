import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import { EXPORT_LIMITS } from './export-limits.js'

/** The kinds of work that read a whole trail. */
export type WholeReading = 'exports' | 'verifications'

/** Counts what is under way in this process, so that no organization or person can take every slot. */
export interface ExportSlots {
  /** Returns the function that gives the slot back. @throws Fault RATE_LIMITED. */
  take(taker: SlotTaker): () => void
}

export interface SlotTaker {
  readonly organizationId: string
  readonly userId: string
}

export function createExportSlots(what: WholeReading): ExportSlots {
  const { perOrganization, perPerson, perProcess } = EXPORT_LIMITS
  const organizations = createLane({ totalMax: perProcess, perOwnerMax: perOrganization })
  const people = createLane({ totalMax: perProcess, perOwnerMax: perPerson })
  return {
    take({ organizationId, userId }) {
      const leaveOrganization = organizations.enter(organizationId)
      if (!leaveOrganization) throw tooMany(what)
      const leavePerson = people.enter(userId)
      if (!leavePerson) {
        leaveOrganization()
        throw tooMany(what)
      }
      return () => {
        leaveOrganization()
        leavePerson()
      }
    },
  }
}

/**
 * Yields the items and holds a slot from the first to the last, or until the consumer stops.
 *
 * @throws Fault RATE_LIMITED.
 */
export async function* inSlot<Item>(
  slots: ExportSlots,
  taker: SlotTaker,
  items: () => AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  const giveBack = slots.take(taker)
  try {
    yield* items()
  } finally {
    giveBack()
  }
}

export const tooMany = (what: WholeReading): Fault =>
  new Fault('RATE_LIMITED', `too many ${what} at once`, {
    say: `Too many ${what} are under way. Try again when one has ended, or after the time in Retry-After.`,
    retryAfterSeconds: EXPORT_LIMITS.retryAfterSeconds,
  })
