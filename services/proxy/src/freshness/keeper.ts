import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { createFloors, type Floors } from './floors.js'
import type { Freshness } from './freshness.js'
import { createHorizon, type Moment } from './horizon.js'
import type { Label } from './label.js'
import { createTrackedAnswers, cutsAnswers, fallen } from './tracked-answers.js'

const LIMITS = {
  /** Past the horizon an answer that is still running ends after this: the authority has been away too long. */
  answersPastHorizonMs: 10 * 60_000,
  /** Both clocks drift apart by less between two answered Syncs; by more, the machine was suspended or its clock set. */
  clocksApartMs: 1_000,
} as const

/** Something that keeps what it was told. */
export interface Holder {
  /** EVICT: drops everything that rests on an older generation of this. */
  drop(row: Label): void
  dropAll(): void
}

/** Freshness, for those who hold. */
export interface Keeper extends Freshness {
  hold(holder: Holder): void
  /** Counts up whenever all that is held is dropped: an answer asked for in an older epoch is discarded. */
  epoch(): number
}

/** One row of the feed. */
export interface FeedRow extends Label {
  readonly number: number
}

/** The rows and horizons of an answer to one Sync, one page of them. */
export interface Answer {
  readonly rows: readonly FeedRow[]
  readonly through: number
  readonly more: boolean
  readonly reset: boolean
  readonly horizonMs: number
}

/** What was reported, and when: from before the sending. */
export interface SentSync extends Moment {
  readonly applied: number
}

/** The feed's end of the keeper. */
export interface FeedState extends Keeper {
  /** The feed number below and at which everything has been applied (APPLY). */
  applied(): number
  /** As of `Horizon`. */
  aheadForMs(): number
  /** CONTIG: a pushed row is taken only as the next one. Answers `gap` where rows between are missing. */
  push(row: FeedRow): 'applied' | 'known' | 'gap'
  answer(sent: SentSync, answer: Answer): void
  /** The horizon is ahead still, and a Sync went unanswered. */
  isLate(): boolean
  /** Once a second: forgets old floors, ends answers that have run too long past the horizon, tells when that passes. */
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

  /** What operators are told once, when it turns. Before the first answer there was no horizon to pass. */
  function tellTurns(): void {
    const isCurrent = horizon.isCurrent()
    if (wasCurrent && !isCurrent) log.warn({}, 'the horizon has passed: requests are refused until a Sync is answered')
    if (!wasCurrent && isCurrent) log.info({}, 'the horizon is ahead: requests are served')
    wasCurrent = isCurrent
  }

  /** APPLY: floor, eviction, aborts, and only then the number that is reported. */
  function apply(row: FeedRow): void {
    floors.raise(row)
    for (const holder of holders) holder.drop(row)
    tracked.abortBelow(row)
    appliedNumber = row.number
  }

  function dropAll(reason: string): void {
    log.info({ reason }, 'all that was held is dropped')
    epoch += 1
    for (const holder of holders) holder.dropAll()
  }

  function answer(sent: SentSync, { rows, through, more, reset, horizonMs }: Answer): void {
    if (stoodStill(lastAnswered, sent)) dropAll('the clocks have gone apart: lives measured on one count for nothing')
    // RESET, also where the feed stands below what was reported to it: a database put back to an older state.
    const outdated = reset || through < sent.applied
    if (outdated) {
      dropAll('RESET')
      tracked.abortAll('RESET: what fell meanwhile is not known')
      appliedNumber = 0
    }
    for (const row of rows) if (row.number > appliedNumber) apply(row)
    appliedNumber = Math.max(appliedNumber, through)
    lastAnswered = sent
    // ECHO, SENT: from before the sending of the Sync that is answered, and only by its last page.
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

/** The monotonic clock stood still (Linux, suspended) while the other went on; or the other was set forward. */
function stoodStill(before: Moment | undefined, now: Moment): boolean {
  if (!before) return false
  return now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs) > LIMITS.clocksApartMs
}

/** In a microtask, unless it is called off. */
function soon(run: () => void): () => void {
  let wanted = true
  queueMicrotask(() => {
    if (wanted) run()
  })
  return () => {
    wanted = false
  }
}
