import type { RunningSystem } from '../system/start-system.js'
import type { Walk } from './walk.js'

/** A failure that is really caused, and the alerts that must fire during it. */
export interface LiveFault {
  readonly name: string
  readonly alerts: readonly string[]
  /** Causes the failure. Answers a function that mends it. */
  begin(): Promise<() => void>
  /** What is done again and again during the failure. */
  meanwhile(): Promise<unknown>
  /** Alerts that must end after the failure is mended. Alerts that look back for a while are left out. */
  readonly ends: readonly string[]
}

/** Stops a process, which keeps its connections. The supervisor does not end it. */
function frozen(system: RunningSystem, name: string): () => Promise<() => void> {
  return async () => {
    const pid = system.pids().get(name)
    if (pid === undefined) throw new Error(`there is no process ${name}`)
    process.kill(pid, 'SIGSTOP')
    return () => void process.kill(pid, 'SIGCONT')
  }
}

/** The first breaks no part of the product. */
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
      // That Redis is away is noticed only by a process that uses it.
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
