import type { Outcome } from './read-outcome.js'
import type { Run, WithAllRules } from './run.js'

/** Why a run's outcome is not the expected one; undefined where it is. */
export function judge(run: Run, outcome: Outcome): string | undefined {
  if (run.kind === 'without') {
    // A deadlock would be a fault of the model itself, and shows nothing about the rule.
    return outcome.violation === 'assertion' ? undefined : `nothing goes wrong without ${run.rule}`
  }
  if (outcome.violation !== 'none') return 'a violation, with all rules on'
  return run.search === 'compact' || run.search === 'bitstate' ? partial(run, outcome) : whole(run, outcome)
}

function whole({ states }: WithAllRules, outcome: Outcome): string | undefined {
  if (!outcome.complete) return 'the search was cut short'
  if (outcome.states === states) return undefined
  return `${outcome.states} states, and not ${states}: the model was changed? Then the new number belongs to this run`
}

function partial({ states }: WithAllRules, outcome: Outcome): string | undefined {
  return outcome.states >= states ? undefined : `${outcome.states} states alone, of ${states} at least`
}
