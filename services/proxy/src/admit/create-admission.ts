import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { AccessRecorder, AdmittedEntry } from '../record/access-recorder.js'
import { createLane } from '../routes/lanes.js'
import { accessSubject } from './access-subject.js'
import type { Admission, Decision } from './admission.js'
import type { Admit, AdmitOutcome } from './admit.js'
import { bucketsOf } from './buckets.js'

const LIMITS = {
  /** Requests waiting or under way, in all and of one organisation. Beyond: 503. */
  waiting: { totalMax: 8_192, perOwnerMax: 2_048 },
} as const

interface Deps {
  readonly admit: Admit
  readonly recorder: AccessRecorder
  readonly log: Logger
}

/** Admission by an authority: the request gets its place in the record, and its ticket. */
export function createAdmission({ admit, recorder, log }: Deps): Admission & {
  /** Nobody is let in any more. Settles when the last who waits has been answered. */
  close(): Promise<void>
} {
  const lane = createLane(LIMITS.waiting)
  let waiting = 0
  let closed = false
  let whenEmpty: (() => void) | undefined

  function left(leave: () => void): void {
    leave()
    waiting -= 1
    if (waiting === 0) whenEmpty?.()
  }

  function decide(entry: AdmittedEntry, outcome: AdmitOutcome): Decision {
    if (outcome.admitted) return { admitted: true, ticket: recorder.admitted(entry, outcome.onRecord) }
    if (outcome.doubtful) recorder.doubtful(entry, 'RATE_LIMITED')
    else recorder.refused(entry)
    return { admitted: false, limited: outcome.limited }
  }

  /** No record, no injection: what may have been written all the same is voided. */
  function failed(entry: AdmittedEntry, err: unknown): Fault {
    log.warn({ err }, 'admission failed')
    recorder.doubtful(entry, asFault(err).code)
    return new Fault('UNAVAILABLE', 'admission failed', { cause: err })
  }

  return {
    // Without `async`: each promise of it shows in the proxy's profile.
    admit(request) {
      const { organizationId } = request.route
      if (closed) return unavailable('shutting down')
      if (!recorder.hasRoom(organizationId)) return unavailable('too much is not on record yet')
      const leave = lane.enter(organizationId)
      if (!leave) return unavailable('too many requests wait for admission')
      waiting += 1
      const buckets = bucketsOf(request)
      const entry = recorder.admittedEntry(organizationId, request.requestId, accessSubject(request))
      return admit({ entry, buckets }).then(
        (outcome) => {
          left(leave)
          return decide(entry, outcome)
        },
        (err: unknown) => {
          left(leave)
          throw failed(entry, err)
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

const unavailable = (detail: string): Promise<never> => Promise.reject(new Fault('UNAVAILABLE', detail))
