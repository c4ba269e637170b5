import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { createFloors, type Floors } from './floors.js'
import type { Freshness } from './freshness.js'
import { createHorizon, type Moment } from './horizon.js'
import type { Label } from './label.js'
import { createTrackedAnswers, cutsAnswers, fallen } from './tracked-answers.js'

const LIMITS = {
  /** How long past the horizon an answer may still run; then the authority has been away too long. */
  answersPastHorizonMs: 10 * 60_000,
  /**
   * How far both clocks may drift apart between two answered Syncs. By more, the machine was suspended or its clock
   * set.
   */
  clocksApartMs: 1_000,
} as const

/** Something that holds what an authority answered. */
export interface Holder {
  /** EVICT: drops everything that rests on an older generation of this label. */
  drop(row: Label): void
  dropAll(): void
}

/** Freshness, as the holders of cached state see it. */
export interface Keeper extends Freshness {
  hold(holder: Holder): void
  /** Increases whenever all that is held is dropped. An answer that was asked for in an older epoch is discarded. */
  epoch(): number
}

/** One row of the feed. */
export interface FeedRow extends Label {
  readonly number: number
}

/** One page of an answer to a Sync: its rows and horizon. */
export interface Answer {
  readonly rows: readonly FeedRow[]
  readonly through: number
  readonly more: boolean
  readonly reset: boolean
  readonly horizonMs: number
}

/** What a Sync reported, and the moment before it was sent. */
export interface SentSync extends Moment {
  readonly applied: number
}

/** The keeper as the feed sees it. */
export interface FeedState extends Keeper {
  /** The feed number up to and including which everything has been applied (APPLY). */
  applied(): number
  /** As in `Horizon`. */
  aheadForMs(): number
  /** CONTIG: a pushed row is taken only if it is the next one. Returns `gap` where rows between are missing. */
  push(row: FeedRow): 'applied' | 'known' | 'gap'
  answer(sent: SentSync, answer: Answer): void
  /** The horizon is still ahead, but a Sync went unanswered. */
  isLate(): boolean
  /**
   * To be called once a second. Forgets old floors, ends answers that have run too long past the horizon, and logs when
   * the horizon passes or returns.
   */
  tend(): void
}

export function createKeeper({
  clock,
  log,
  floors = createFloors(clock),
}: {
  clock: Clock
  log: Logger
  floors?: Floors
}): FeedState {
  const horizon = createHorizon(clock)
  const tracked = createTrackedAnswers(log)
  const holders: Holder[] = []
  let appliedNumber = 0
  let epoch = 0
  let lastAnswered: Moment | undefined
  let wasCurrent = false

  /** Logs each change once, for operators. Before the first answer there was no horizon that could pass. */
  function tellTurns(): void {
    const isCurrent = horizon.isCurrent()
    if (wasCurrent && !isCurrent) log.warn({}, 'the horizon has passed: requests are refused until a Sync is answered')
    if (!wasCurrent && isCurrent) log.info({}, 'the horizon is ahead: requests are served')
    wasCurrent = isCurrent
  }

  /** APPLY: floor, eviction and aborts come first; only then the number that is reported. */
  function apply(row: FeedRow): void {
    floors.raise(row)
    for (const holder of holders) holder.drop(row)
    tracked.abortBelow(row)
    appliedNumber = row.number
  }

  function dropAll(reason: string): void {
    log.info({ reason }, 'everything held in memory is dropped')
    epoch += 1
    for (const holder of holders) holder.dropAll()
  }

  function answer(sent: SentSync, { rows, through, more, reset, horizonMs }: Answer): void {
    if (stoodStill(lastAnswered, sent)) dropAll('the clocks have gone apart: lives measured on one count for nothing')
    // RESET, also where the feed stands below what was reported to it, because then a database was restored to an older
    // state.
    const outdated = reset || through < sent.applied
    if (outdated) {
      dropAll('RESET')
      tracked.abortAll('RESET: what fell meanwhile is not known')
      appliedNumber = 0
    }
    for (const row of rows) if (row.number > appliedNumber) apply(row)
    appliedNumber = Math.max(appliedNumber, through)
    lastAnswered = sent
    // ECHO, SENT: counted from before the Sync that is answered was sent, and only with the answer's last page.
    if (!more) horizon.answered(sent, horizonMs)
  }

  return {
    isCurrent: () => horizon.isCurrent() && !floors.overflowed(),
    isLate: horizon.isLate,
    accepts: (labels) => floors.accepts(labels),
    epoch: () => epoch,
    applied: () => appliedNumber,
    aheadForMs: horizon.aheadForMs,
    hold: (holder) => void holders.push(holder),
    track(labels, abort) {
      const forget = tracked.add(labels, abort)
      if (floors.accepts(labels) || floors.accepts(labels.filter(cutsAnswers))) return forget
      forget()
      return soon(() => abort(fallen('what the request rests on had fallen before it was followed')))
    },
    push(row) {
      if (row.number <= appliedNumber) return 'known'
      if (row.number !== appliedNumber + 1) return 'gap'
      apply(row)
      return 'applied'
    },
    answer,
    tend() {
      floors.sweep()
      tellTurns()
      if (horizon.passedForMs() > LIMITS.answersPastHorizonMs) tracked.abortAll('the horizon passed long ago')
    },
  }
}

/**
 * The monotonic clock stood still (Linux, suspended) while the wall clock went on, or the wall clock was set forward.
 */
function stoodStill(before: Moment | undefined, now: Moment): boolean {
  if (!before) return false
  return now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs) > LIMITS.clocksApartMs
}

/** Runs in a microtask, unless cancelled. */
function soon(run: () => void): () => void {
  let wanted = true
  queueMicrotask(() => {
    if (wanted) run()
  })
  return () => {
    wanted = false
  }
}
