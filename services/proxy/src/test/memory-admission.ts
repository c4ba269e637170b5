import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Admission } from '../admit/admission.js'
import { type LimitBucket, undrawnBucketsOf } from '../admit/buckets.js'
import { createGcra } from './gcra.js'
import { createSpentQuotas } from './spent-quotas.js'

export interface MemoryAdmission extends Admission {
  readonly entries: readonly { readonly kind: 'admitted' | 'finished' | 'void'; readonly requestId: string }[]
  be(state: 'there' | 'away' | 'answers lost'): void
}

/** Admission without an authority: limits and record in this process. */
export function createMemoryAdmission(clock: Pick<Clock, 'wallMs'>): MemoryAdmission {
  const gcra = createGcra<LimitBucket>()
  const quotas = createSpentQuotas(clock)
  const entries: MemoryAdmission['entries'][number][] = []
  let state: 'there' | 'away' | 'answers lost' = 'there'
  return {
    entries,
    be: (next) => {
      state = next
    },
    async admit(request) {
      const { requestId } = request
      await Promise.resolve()
      if (state === 'away') throw new Fault('UNAVAILABLE', 'away')
      const exceeded = quotas.exceeded(request)
      if (exceeded) return { admitted: false, exceeded }
      const refused = gcra.draw(undrawnBucketsOf(request), clock.wallMs())
      if (!refused) entries.push({ kind: 'admitted', requestId })
      if (state === 'answers lost') {
        if (!refused) entries.push({ kind: 'void', requestId })
        throw new Fault('UNAVAILABLE', 'the answer was lost')
      }
      if (refused) {
        const { scope, count, periodMs } = refused.bucket
        return { admitted: false, limited: { scope, count, periodMs, retryAfterMs: refused.retryAfterMs } }
      }
      const refund = quotas.spend(request)
      let ended = false
      const end = (kind: 'finished' | 'void'): void => {
        if (ended) return
        entries.push({ kind, requestId })
        if (kind === 'void') refund()
        ended = true
      }
      return { admitted: true, ticket: { finish: () => end('finished'), void_: () => end('void') } }
    },
  }
}
