import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { createLane } from '../routes/lanes.js'
import { accessSubject } from './access-subject.js'
import { bucketsOf } from './buckets.js'

const LIMITS = {
  /** Requests waiting or under way, in all and of one organisation. Beyond: 503. */
  waiting: { totalMax: 8_192, perOwnerMax: 2_048 },
}
/** Admission by an authority: the request gets its place in the record, and its ticket. */
export function createAdmission({ admit, recorder, log }) {
  const lane = createLane(LIMITS.waiting)
  let waiting = 0
  let closed = false
  let whenEmpty
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
  async function decide(organizationId, requestId, request) {
    const buckets = bucketsOf(request)
    const entry = recorder.admittedEntry(organizationId, requestId, accessSubject(request))
    const outcome = await admit({ entry, buckets }).catch((err) => {
      log.warn({ err }, 'admission failed')
      // No record, no injection: what may have been written all the same is voided.
      recorder.doubtful(entry, asFault(err).code)
      throw new Fault('UNAVAILABLE', 'admission failed', { cause: err })
    })
    if (outcome.admitted) return { admitted: true, ticket: recorder.admitted(entry, outcome.onRecord) }
    if (outcome.doubtful) recorder.doubtful(entry, 'RATE_LIMITED')
    else recorder.refused(entry)
    return { admitted: false, limited: outcome.limited }
  }
}
//# sourceMappingURL=create-admission.js.map
