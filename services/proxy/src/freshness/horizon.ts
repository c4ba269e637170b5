import type { Clock } from '@protectmyapi/service-kit/clock'

/** The moment before something was sent, on both clocks (SENT). */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
}

/** Until when this proxy may use what it holds. */
export interface Horizon {
  /**
   * The Sync that was sent at that moment has been answered, with this many milliseconds (HGRANTED). An answer to an
   * older Sync than one already answered changes nothing; a shorter horizon than before holds at once.
   */
  answered(sent: Moment, horizonMs: number): void
  isCurrent(): boolean
  /** Milliseconds since it passed: 0 while it is ahead, Infinity before the first answer. */
  passedForMs(): number
  /** Milliseconds until it passes, below 0 since it has; -Infinity before the first answer. */
  aheadForMs(): number
}

export function createHorizon(clock: Clock): Horizon {
  let sent: Moment | undefined
  let grantedMs = 0

  /** The larger of both clocks: the monotonic one stands still in a suspended machine, the other may be set back. */
  const elapsedMs = (since: Moment): number =>
    Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs)

  return {
    answered(nextSent, horizonMs) {
      if (sent && nextSent.monotonicMs < sent.monotonicMs) return
      sent = nextSent
      grantedMs = horizonMs
    },
    isCurrent: () => sent !== undefined && elapsedMs(sent) < grantedMs,
    aheadForMs: () => (sent === undefined ? Number.NEGATIVE_INFINITY : grantedMs - elapsedMs(sent)),
    passedForMs: () => (sent === undefined ? Number.POSITIVE_INFINITY : Math.max(0, elapsedMs(sent) - grantedMs)),
  }
}
