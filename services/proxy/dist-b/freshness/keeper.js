import { createFloors } from './floors.js'
import { createHorizon } from './horizon.js'
import { createTrackedAnswers, cutsAnswers, fallen } from './tracked-answers.js'

const LIMITS = {
  /** Past the horizon an answer that is still running ends after this: the authority has been away too long. */
  answersPastHorizonMs: 10 * 60_000,
  /** Both clocks drift apart by less between two answered Syncs; by more, the machine was suspended or its clock set. */
  clocksApartMs: 1_000,
}
export function createKeeper({ clock, log, floors = createFloors(clock) }) {
  const horizon = createHorizon(clock)
  const tracked = createTrackedAnswers(log)
  const holders = []
  let appliedNumber = 0
  let epoch = 0
  let lastAnswered
  /** APPLY: floor, eviction, aborts, and only then the number that is reported. */
  function apply(row) {
    floors.raise(row)
    for (const holder of holders) holder.drop(row)
    tracked.abortBelow(row)
    appliedNumber = row.number
  }
  function dropAll(reason) {
    log.info({ reason }, 'all that was held is dropped')
    epoch += 1
    for (const holder of holders) holder.dropAll()
  }
  function answer(sent, { rows, through, more, reset, horizonMs }) {
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
    accepts: (labels) => floors.accepts(labels),
    epoch: () => epoch,
    applied: () => appliedNumber,
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
      if (horizon.passedForMs() > LIMITS.answersPastHorizonMs) tracked.abortAll('the horizon passed long ago')
    },
  }
}
/** The monotonic clock stood still (Linux, suspended) while the other went on; or the other was set forward. */
function stoodStill(before, now) {
  if (!before) return false
  return now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs) > LIMITS.clocksApartMs
}
/** In a microtask, unless it is called off. */
function soon(run) {
  let wanted = true
  queueMicrotask(() => {
    if (wanted) run()
  })
  return () => {
    wanted = false
  }
}
//# sourceMappingURL=keeper.js.map
