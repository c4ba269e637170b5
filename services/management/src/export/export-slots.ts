import { Fault } from '@protectmyapi/service-kit/faults'
import { EXPORT_LIMITS } from './export-limits.js'

/** Counts exports under way in this process: one organisation's must not take all that others need. */
export interface ExportSlots {
  /** Answers how to give it back. @throws Fault RATE_LIMITED. */
  take(organizationId: string): () => void
}

export function createExportSlots(): ExportSlots {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(organizationId) {
      const own = taken.get(organizationId) ?? 0
      if (own >= EXPORT_LIMITS.perOrganization || all >= EXPORT_LIMITS.perProcess) throw tooMany()
      taken.set(organizationId, own + 1)
      all += 1
      return () => {
        const left = (taken.get(organizationId) ?? 1) - 1
        if (left === 0) taken.delete(organizationId)
        else taken.set(organizationId, left)
        all -= 1
      }
    },
  }
}

const tooMany = (): Fault =>
  new Fault('RATE_LIMITED', 'too many exports at once', {
    say: 'Too many exports are under way. Wait for one to end, or as long as Retry-After says.',
    retryAfterSeconds: EXPORT_LIMITS.retryAfterSeconds,
  })
