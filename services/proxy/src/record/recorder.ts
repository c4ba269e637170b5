import type { FaultCode } from '@protectmyapi/service-kit/faults'

/** How an admitted request ended. */
export interface Outcome {
  /** The status that the client saw. */
  readonly status: number
  readonly fault: FaultCode | null
  readonly requestBytes: number
  readonly responseBytes: number
  /** Until the upstream's first byte; `totalMs` is the whole request. */
  readonly upstreamMs: number
  readonly totalMs: number
  /** The client left, or the answer was cut, before its end. */
  readonly aborted: boolean
}

/**
 * The duty to record how an admitted request ended: exactly one of the two methods, once. A second call is ignored and
 * logged.
 */
export interface Ticket {
  /** The request left for the provider, or may have. */
  finish(outcome: Outcome): void
  /** The request was refused after it had been admitted; no secret left. */
  void_(code: FaultCode): void
}
