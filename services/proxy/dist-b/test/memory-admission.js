import { Fault } from '@protectmyapi/service-kit/faults'
import { bucketsOf } from '../admit/buckets.js'
import { createGcra } from './gcra.js'
/** Admission without an authority: limits and record in this process. */
export function createMemoryAdmission(clock) {
  const gcra = createGcra()
  const entries = []
  let state = 'there'
  return {
    entries,
    be: (next) => {
      state = next
    },
    async admit(request) {
      const { requestId } = request
      await Promise.resolve()
      if (state === 'away') throw new Fault('UNAVAILABLE', 'away')
      const refused = gcra.draw(bucketsOf(request), clock.wallMs())
      if (!refused) entries.push({ kind: 'admitted', requestId })
      if (state === 'answers lost') {
        if (!refused) entries.push({ kind: 'void', requestId })
        throw new Fault('UNAVAILABLE', 'the answer was lost')
      }
      if (refused) {
        const { scope, count, periodMs } = refused.bucket
        return { admitted: false, limited: { scope, count, periodMs, retryAfterMs: refused.retryAfterMs } }
      }
      let ended = false
      const end = (kind) => {
        if (!ended) entries.push({ kind, requestId })
        ended = true
      }
      return { admitted: true, ticket: { finish: () => end('finished'), void_: () => end('void') } }
    },
  }
}
//# sourceMappingURL=memory-admission.js.map
