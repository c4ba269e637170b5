import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { Quotas, Reservation } from '../quota/quotas.js'
import type { AccessRecorder } from '../record/access-recorder.js'
import type { Ticket } from '../record/recorder.js'
import { createLane } from '../routes/lanes.js'
import { accessSubject } from './access-subject.js'
import type { Admission, Decision } from './admission.js'
import type { Admit } from './admit.js'
import { bucketsOf } from './buckets.js'

const LIMITS = {
  /** Requests waiting or under way, in all and of one organisation. Beyond: 503. */
  waiting: { totalMax: 8_192, perOwnerMax: 2_048 },
} as const

interface Deps {
  readonly admit: Admit
  readonly recorder: AccessRecorder
  readonly quotas: Quotas
  readonly log: Logger
}

/**
 * Admission by an authority: the request gets its place in the record, and its ticket. Quotas are reserved before, from
 * memory, and given back where a limit says no or nothing is known: so there is no record without a quota, and no quota is
 * spent on what was refused.
 */
export function createAdmission({ admit, recorder, quotas, log }: Deps): Admission & {
  /** Nobody is let in any more. Settles when the last who waits has been answered. */
  close(): Promise<void>
} {
  const lane = createLane(LIMITS.waiting)
  let waiting = 0
  let closed = false
  let whenEmpty: (() => void) | undefined

  return {
    async admit(request) {
      const { organizationId } = request.route
      if (closed) throw new Fault('UNAVAILABLE', 'shutting down')
      if (!recorder.hasRoom(organizationId)) throw new Fault('UNAVAILABLE', 'too much is not on record yet')
      const leave = lane.enter(organizationId)
      if (!leave) throw new Fault('UNAVAILABLE', 'too many requests wait for admission')
      waiting += 1
      try {
        return await decide(organizationId, request.requestId, request)
      } finally {
        leave()
        waiting -= 1
        if (waiting === 0) whenEmpty?.()
      }
    },
    close() {
      closed = true
      return waiting === 0 ? Promise.resolve() : new Promise((resolve) => (whenEmpty = resolve))
    },
  }

  async function decide(
    organizationId: string,
    requestId: string,
    request: Parameters<Admission['admit']>[0],
  ): Promise<Decision> {
    const buckets = bucketsOf(request)
    const reserving = quotas.reserve(request)
    // As a rule from memory: then there is nothing to wait for.
    const reserved = reserving instanceof Promise ? await reserving : reserving
    if ('exceeded' in reserved) return { admitted: false, exceeded: reserved.exceeded }
    const entry = recorder.admittedEntry(organizationId, requestId, accessSubject(request))
    const outcome = await admit({ entry, buckets }).catch((err: unknown) => {
      log.warn({ err }, 'admission failed')
      // No record, no injection: what may have been written all the same is voided.
      recorder.doubtful(entry, asFault(err).code)
      reserved.giveBack()
      throw new Fault('UNAVAILABLE', 'admission failed', { cause: err })
    })
    if (outcome.admitted) {
      reserved.keep()
      return { admitted: true, ticket: refunding(recorder.admitted(entry, outcome.onRecord), reserved) }
    }
    reserved.giveBack()
    if (outcome.doubtful) recorder.doubtful(entry, 'RATE_LIMITED')
    else recorder.refused(entry)
    return { admitted: false, limited: outcome.limited }
  }
}

/** What never left is not counted. */
function refunding(ticket: Ticket, reserved: Reservation): Ticket {
  let ended = false
  return {
    finish(outcome) {
      ended = true
      ticket.finish(outcome)
    },
    void_(code) {
      if (!ended) reserved.giveBack()
      ended = true
      ticket.void_(code)
    },
  }
}
