import type { RunningSystem } from '../system/start-system.js'
import type { Walk } from './walk.js'

/** Something that is broken for real, and the alerts that have to fire while it is. */
export interface LiveFault {
  readonly name: string
  readonly alerts: readonly string[]
  /** Answers how it is mended. */
  begin(): Promise<() => void>
  /** What goes on meanwhile, again and again. */
  meanwhile(): Promise<unknown>
  /** Whether the alerts have to end once it is mended; not those that look back for a while. */
  readonly ends: readonly string[]
}

/** A process that hangs keeps its connections: what a supervisor would end is left as it is. */
function frozen(system: RunningSystem, name: string): () => Promise<() => void> {
  return async () => {
    const pid = system.pids().get(name)
    if (pid === undefined) throw new Error(`there is no process ${name}`)
    process.kill(pid, 'SIGSTOP')
    return () => void process.kill(pid, 'SIGCONT')
  }
}

/** The first breaks nothing of ours. */
export function liveFaults(system: RunningSystem, walk: Walk): readonly LiveFault[] {
  return [
    {
      name: 'a provider gives keys back, and everybody asks for what they may not',
      alerts: ['ProtectMyAPIKeyLeaked', 'ProtectMyAPIErrorLogged'],
      begin: () => Promise.resolve(() => undefined),
      meanwhile: () => walk.everyWay(),
      ends: [],
    },
    {
      name: 'Redis hangs',
      alerts: ['ProtectMyAPIRedisAway'],
      begin: frozen(system, 'redis'),
      // Its absence is noticed by who asks.
      meanwhile: () => walk.warmRequests(4),
      ends: ['ProtectMyAPIRedisAway'],
    },
    {
      name: 'the only vault hangs',
      alerts: ['ProtectMyAPIServiceAbsent', 'ProtectMyAPIProcessAway'],
      begin: frozen(system, 'vault'),
      meanwhile: () => Promise.resolve(),
      ends: ['ProtectMyAPIServiceAbsent', 'ProtectMyAPIProcessAway'],
    },
    {
      name: 'the only management hangs, beyond the horizon',
      alerts: [
        'ProtectMyAPIHorizonPassed',
        'ProtectMyAPIEveryHorizonPassed',
        'ProtectMyAPIServiceAbsent',
        'ProtectMyAPIRequestsFail',
      ],
      begin: frozen(system, 'management'),
      meanwhile: () => walk.warmRequests(40),
      ends: ['ProtectMyAPIHorizonPassed', 'ProtectMyAPIEveryHorizonPassed', 'ProtectMyAPIServiceAbsent'],
    },
  ]
}
