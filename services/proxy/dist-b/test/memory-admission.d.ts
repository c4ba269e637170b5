import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Admission } from '../admit/admission.js'
export interface MemoryAdmission extends Admission {
  readonly entries: readonly {
    readonly kind: 'admitted' | 'finished' | 'void'
    readonly requestId: string
  }[]
  be(state: 'there' | 'away' | 'answers lost'): void
}
/** Admission without an authority: limits and record in this process. */
export declare function createMemoryAdmission(clock: Pick<Clock, 'wallMs'>): MemoryAdmission
