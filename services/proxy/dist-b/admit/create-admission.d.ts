import type { Logger } from '@protectmyapi/service-kit/log'
import type { AccessRecorder } from '../record/access-recorder.js'
import type { Admission } from './admission.js'
import type { Admit } from './admit.js'

interface Deps {
  readonly admit: Admit
  readonly recorder: AccessRecorder
  readonly log: Logger
}
/** Admission by an authority: the request gets its place in the record, and its ticket. */
export declare function createAdmission({ admit, recorder, log }: Deps): Admission & {
  /** Nobody is let in any more. Settles when the last who waits has been answered. */
  close(): Promise<void>
}
