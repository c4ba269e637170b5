/** What one run of a checker found. */
export interface Outcome {
  /** `none`: nothing was found. `assertion`: a forbidden state. `other`: a deadlock, or a cycle without progress. */
  readonly violation: 'none' | 'assertion' | 'other'
  /** Whether the whole state space was searched. */
  readonly complete: boolean
  readonly states: number
  readonly depth: number
  readonly seconds: number
}

/** Reads the output of one of Spin's checkers (`pan`). @throws Error for text that is no such report. */
export function readOutcome(text: string): Outcome {
  const errors = figure(text, /errors: (\d+)/)
  const states = figure(text, /^\s*([\d.e+]+) states, stored/m)
  if (errors === undefined || states === undefined) throw new Error(`not a report of Spin's:\n${text.slice(-500)}`)
  const isAssertion = /assertion violated/.test(text)
  return {
    violation: errors === 0 ? 'none' : isAssertion ? 'assertion' : 'other',
    // Each of these messages says that something was left out. A search by hash alone never counts as complete either.
    complete: !/max search depth too small|-DMEMLIM bound|out of memory|Search not completed|interrupted/.test(text),
    states,
    depth: figure(text, /depth reached (\d+)/) ?? 0,
    seconds: figure(text, /elapsed time ([\d.e+-]+) seconds/) ?? 0,
  }
}

function figure(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
