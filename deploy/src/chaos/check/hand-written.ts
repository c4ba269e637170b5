import type { History, InjectedFault, Injection, Operation, SentRequest } from '../history/history.js'
import type { Evidence, LogRow } from './evidence.js'

/** Histories as tests write them: what is not said is as in a run without failures. */
export function operation(given: Partial<Operation>): Operation {
  const answered = { startMs: 100, endMs: 200, outcome: 'done', status: 200, code: '', inForce: 'applied' } as const
  return {
    type: 'operation',
    kind: 'replace value',
    target: 'sec_1',
    ...answered,
    ends: [],
    begins: [],
    audit: null,
    ...given,
  }
}

export function request(given: Partial<SentRequest>): SentRequest {
  const answered = { startMs: 300, endMs: 310, status: 200, code: '', isProblem: false }
  return { type: 'request', kind: 'call', path: '/c0/1', proxy: 'proxy-1', rests: [], ...answered, ...given }
}

export function refusal(status: number, code: string, given: Partial<SentRequest> = {}): SentRequest {
  return request({ status, code, isProblem: true, ...given })
}

export function injection(given: Partial<Injection> = {}): Injection {
  return { type: 'injection', path: '/c0/1', value: 'value:new', atMs: 305, ...given }
}

export function fault(kind: string, target: string, startMs: number, endMs: number): InjectedFault {
  return { type: 'fault', kind, target, startMs, endMs }
}

export function history(given: Partial<History>): History {
  return { operations: [], requests: [], injections: [], faults: [], ...given }
}

/** The rows of one request that was admitted and has ended. */
export function recorded(path: string, requestId: string, end: LogRow['kind'] | 'none' = 'finished'): LogRow[] {
  const admitted = { kind: 'admitted', requestId, path } as const
  return end === 'none' ? [admitted] : [admitted, { kind: end, requestId, path: '' }]
}

export function evidence(given: Partial<Evidence> = {}): Evidence {
  return { log: [], audit: [], pending: 0, processes: [], ...given }
}
