import type { Clock } from '@protectmyapi/service-kit/clock'

/** The moment before something was sent, on both clocks (SENT). */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
}

/** The time until which this proxy may use what it holds. */
export interface Horizon {
  /**
   * The Sync sent at that moment has been answered, with this many milliseconds (HGRANTED). An answer to an older Sync
   * than one already answered changes nothing; a horizon shorter than the last takes effect at once.
   */
  answered(sent: Moment, horizonMs: number): void
  isCurrent(): boolean
  /** The horizon is ahead, but more than half of it is spent: the Sync that is sent at a third was not answered. */
  isLate(): boolean
  /** Milliseconds since it passed: 0 while it is ahead, Infinity before the first answer. */
  passedForMs(): number
  /** Milliseconds until it passes, below 0 since it has; -Infinity before the first answer. */
  aheadForMs(): number
}

export function createHorizon(clock: Clock): Horizon {
  let sent: Moment | undefined
  let grantedMs = 0

  /**
   * The larger of both clocks, because the monotonic one stands still in a suspended machine and the other may be set
   * back.
   */
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
    isLate: () => sent !== undefined && elapsedMs(sent) > grantedMs / 2 && elapsedMs(sent) < grantedMs,
    passedForMs: () => (sent === undefined ? Number.POSITIVE_INFINITY : Math.max(0, elapsedMs(sent) - grantedMs)),
  }
}
