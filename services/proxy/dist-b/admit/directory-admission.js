import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { createLane } from '../routes/lanes.js'
import { accessSubject } from './access-subject.js'
import { bucketsOf } from './buckets.js'

const LIMITS = {
  /** Directory.Admit takes no more at once. */
  batchMax: 512,
  /** Calls under way. Those who come meanwhile wait, and make the next batches larger. */
  callsMax: 8,
  /** Requests waiting or under way, in all and of one organisation. Beyond: 503. */
  waiting: { totalMax: 8_192, perOwnerMax: 2_048 },
}
/** Admission without Redis: all who come in one turn of the event loop share a call. */
export function createDirectoryAdmission({ admit, recorder, log, endOfTurn = (run) => void setImmediate(run) }) {
  const waiting = []
  const lane = createLane(LIMITS.waiting)
  const calls = new Set()
  let planned = false
  let closed = false
  async function ask(request) {
    const { organizationId } = request.route
    if (closed) throw new Fault('UNAVAILABLE', 'shutting down')
    if (!recorder.hasRoom(organizationId)) throw new Fault('UNAVAILABLE', 'too much is not on record yet')
    const leave = lane.enter(organizationId)
    if (!leave) throw new Fault('UNAVAILABLE', 'too many requests wait for admission')
    try {
      return await new Promise((settle, refuse) => {
        waiting.push({ request, settle, refuse })
        plan()
      })
    } finally {
      leave()
    }
  }
  function plan() {
    if (planned) return
    planned = true
    endOfTurn(() => {
      planned = false
      startCalls()
    })
  }
  function startCalls() {
    while (waiting.length > 0 && calls.size < LIMITS.callsMax) {
      const call = send(waiting.splice(0, LIMITS.batchMax)).finally(() => {
        calls.delete(call)
        startCalls()
      })
      calls.add(call)
    }
  }
  async function send(batch) {
    let items = []
    let outcomes
    try {
      items = batch.map(({ request }) => ({ entry: entryOf(request), buckets: bucketsOf(request) }))
      outcomes = await admit(items)
      if (outcomes.length !== items.length)
        throw new Fault('UNAVAILABLE', 'an answer of another length than its question')
    } catch (err) {
      log.warn({ err, requests: batch.length }, 'admission failed')
      const fault = new Fault('UNAVAILABLE', 'admission failed', { cause: err })
      // No record, no injection: what may have been written all the same is voided.
      for (const { entry } of items) recorder.doubtful(entry, asFault(err).code)
      for (const one of batch) one.refuse(fault)
      return
    }
    outcomes.forEach((outcome, at) => {
      const [one, item] = [batch[at], items[at]]
      if (one && item) one.settle(decide(item.entry, outcome))
    })
  }
  function decide(entry, outcome) {
    if (outcome.admitted) return { admitted: true, ticket: recorder.admitted(entry) }
    recorder.refused(entry)
    return outcome
  }
  function entryOf(request) {
    return recorder.admittedEntry(request.route.organizationId, request.requestId, accessSubject(request))
  }
  return {
    admit: ask,
    async close() {
      closed = true
      while (calls.size > 0 || waiting.length > 0) {
        startCalls()
        await Promise.all([...calls])
      }
    },
  }
}
//# sourceMappingURL=directory-admission.js.map
