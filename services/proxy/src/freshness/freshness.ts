import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Label } from './label.js'

/** What the data plane asks before it uses anything that it holds (docs/freshness.md). */
export interface Freshness {
  /** False once the horizon has passed, on either clock: then nothing held may be used, and nothing filled. */
  isCurrent(): boolean

  /** False where the feed has overtaken any of these labels (FENCE). */
  accepts(labels: readonly Label[]): boolean

  /**
   * Follows a request until its answer has ended. `abort` is called once: synchronously when a label falls, before that
   * is reported as applied, except for labels of secrets, signing keys and lease keys; and ten minutes after a horizon
   * that was not renewed. Call `track` in the same turn as the route was handed over. Where a label has fallen already,
   * `abort` is called in a microtask. The returned function stops following.
   */
  track(labels: readonly Label[], abort: (why: Fault) => void): () => void
}
