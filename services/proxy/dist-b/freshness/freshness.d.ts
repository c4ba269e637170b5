import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Label } from './label.js'
/** What the data plane asks before it uses anything that it holds (docs/freshness.md). */
export interface Freshness {
  /** False once the horizon has passed, on either clock: then nothing that is held may be used, and nothing filled. */
  isCurrent(): boolean
  /** False where the feed has overtaken any of these labels (FENCE). */
  accepts(labels: readonly Label[]): boolean
  /**
   * Follows a request until its answer has ended. `abort` is called, once and synchronously, when a label other than
   * a secret's or a signing key's falls, before that is reported as applied; and ten minutes after a horizon that was not renewed.
   * Call it in the same turn as the route was handed over. Where a label has fallen already, `abort` is called in a
   * microtask. The returned function ends the following.
   */
  track(labels: readonly Label[], abort: (why: Fault) => void): () => void
}
