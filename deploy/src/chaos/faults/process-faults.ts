import { type Fault, nothingToMend, signal } from './fault.js'

/** Ends the process as a crash does; the supervisor starts it again. */
export const killed = (target: string): Fault => ({
  kind: 'killed',
  target,
  holdMs: { from: 500, to: 1_500 },
  begin(system) {
    signal(system, target, 'SIGKILL')
    return Promise.resolve(nothingToMend)
  },
})

/** Ends the process as an operator does; the supervisor starts it again. */
export const restarted = (target: string): Fault => ({
  kind: 'restarted',
  target,
  holdMs: { from: 500, to: 1_500 },
  begin(system) {
    signal(system, target, 'SIGTERM')
    return Promise.resolve(nothingToMend)
  },
})

/** Stops the process, which keeps its connections, for a time that may be shorter or longer than the horizon. */
export const frozen = (target: string): Fault => ({
  kind: 'frozen',
  target,
  holdMs: { from: 1_000, to: 5_000 },
  begin(system) {
    // Only the process that was stopped is continued, not its successor.
    const pid = system.pidOf(target)
    signal(system, target, 'SIGSTOP')
    return Promise.resolve(() => {
      if (pid !== undefined && pid === system.pidOf(target)) signal(system, target, 'SIGCONT')
      return Promise.resolve()
    })
  },
})
