import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Quotas, Reservation, Reserved } from '../quota/quotas.js'
import { NOTHING } from '../quota/reservation.js'
import type { AccessRecorder, AdmittedEntry } from '../record/access-recorder.js'
import type { Ticket } from '../record/recorder.js'
import { accessSubject } from './access-subject.js'
import type { AccessRequest, Admission, Decision } from './admission.js'
import type { Admit, AdmitOutcome } from './admit.js'
import { undrawnBucketsOf } from './buckets.js'

const LIMITS = {
  /** Requests waiting or under way, in all and for one organization. Beyond that: 503. */
  waiting: { totalMax: 8_192, perOwnerMax: 2_048 },
} as const

interface Deps {
  readonly admit: Admit
  readonly recorder: AccessRecorder
  readonly quotas: Quotas
  readonly log: Logger
}

/**
 * Admission by an authority: gives the request its place in the record, and its ticket. Quotas are reserved first, from
 * memory, and given back where a limit refuses the request or the outcome is unknown. So there is no record without a
 * quota, and no quota is spent on a refused request.
 */
export function createAdmission({ admit, recorder, quotas, log }: Deps): Admission & {
  /** Admits nobody any more. Resolves when the last waiting request has been answered. */
  close(): Promise<void>
} {
  const lane = createLane(LIMITS.waiting)
  let waiting = 0
  let closed = false
  let whenEmpty: (() => void) | undefined

  function left(): void {
    waiting -= 1
    if (waiting === 0) whenEmpty?.()
  }

  function ask(request: AccessRequest, reserved: Reserved): Promise<Decision> {
    if ('exceeded' in reserved) return Promise.resolve({ admitted: false, exceeded: reserved.exceeded })
    const { requestId, route } = request
    const buckets = undrawnBucketsOf(request)
    const entry = recorder.admittedEntry(route.organizationId, requestId, accessSubject(request))
    return admit({ entry, buckets }).then(
      (outcome) => decide(entry, outcome, reserved),
      (err: unknown) => {
        throw failed(entry, err, reserved)
      },
    )
  }

  function decide(entry: AdmittedEntry, outcome: AdmitOutcome, reserved: Reservation): Decision {
    if (outcome.admitted) {
      reserved.keep()
      return { admitted: true, ticket: refunding(recorder.admitted(entry, outcome.onRecord), reserved) }
    }
    reserved.giveBack()
    if (outcome.doubtful) recorder.doubtful(entry, 'RATE_LIMITED')
    else recorder.refused(entry)
    return { admitted: false, limited: outcome.limited }
  }

  /** No record, no injection: an entry that may have been written all the same is voided. */
  function failed(entry: AdmittedEntry, err: unknown, reserved: Reservation): Fault {
    log.warn({ err }, 'admission failed')
    recorder.doubtful(entry, asFault(err).code)
    reserved.giveBack()
    return new Fault('UNAVAILABLE', 'admission failed', { cause: err })
  }

  return {
    // Not `async`: each of its promises shows in the proxy's profile.
    admit(request) {
      const { organizationId } = request.route
      if (closed) return unavailable('shutting down')
      if (!recorder.hasRoom(organizationId)) return unavailable('too much is not on record yet')
      const leave = lane.enter(organizationId)
      if (!leave) return unavailable('too many requests wait for admission')
      waiting += 1
      const answered = (): void => {
        leave()
        left()
      }
      // Usually answered from memory, and then there is nothing to wait for.
      const reserving = reserved(quotas, request)
      const decision =
        reserving instanceof Promise ? reserving.then((units) => ask(request, units)) : ask(request, reserving)
      // Not `finally`, which makes three promises more.
      return decision.then(
        (decided) => {
          answered()
          return decided
        },
        (thrown: unknown) => {
          answered()
          throw thrown
        },
      )
    },
    close() {
      closed = true
      return waiting === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenEmpty = resolve
          })
    },
  }
}

/** Turns an error that is thrown synchronously into a rejection. */
function reserved(quotas: Quotas, request: AccessRequest): Reserved | Promise<Reserved> {
  try {
    return quotas.reserve(request)
  } catch (err) {
    return Promise.reject(err)
  }
}

const unavailable = (detail: string): Promise<never> => Promise.reject(new Fault('UNAVAILABLE', detail))

/** Gives the units back when the request is voided, because a request that never left is not counted. */
function refunding(ticket: Ticket, units: Reservation): Ticket {
  if (units === NOTHING) return ticket
  let ended = false
  return {
    finish(outcome) {
      ended = true
      ticket.finish(outcome)
    },
    void_(code) {
      if (!ended) units.giveBack()
      ended = true
      ticket.void_(code)
    },
  }
}
