import type { Admission } from './admission.js'

type RecordedEntries = readonly {
  readonly kind: 'admitted' | 'finished' | 'void'
  readonly requestId: string
}[]
/** An adapter, and the authority behind it in the test's hands. */
export interface AdmissionHarness {
  readonly admission: Admission
  /** What is on record now, in the order of writing. */
  entries(): RecordedEntries | Promise<RecordedEntries>
  be(state: 'there' | 'away' | 'answers lost'): void
  /** For limits. */
  advance(ms: number): void | Promise<void>
  /** Waits until everything that is on its way to the record has arrived. */
  settled(): Promise<void>
  close(): Promise<void>
}
/** Every adapter of the port keeps this. */
export declare function admissionContract(name: string, make: () => Promise<AdmissionHarness>): void
