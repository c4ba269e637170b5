import type { History, InjectedFault, Injection, Operation, SentRequest } from '../history/history.js'
import type { Evidence, LogRow } from './evidence.js'

/** Histories for tests. Fields that are not given are as in a run without failures. */
export function operation(given: Partial<Operation>): Operation {
  const answered = {
    startMs: 100,
    endMs: 200,
    outcome: 'done',
    status: 200,
    code: '',
    inForce: 'applied',
    waitedMs: 1,
  } as const
  return {
    type: 'operation',
    kind: 'replace value',
    target: 'sec_1',
    management: 'management-1',
    ...answered,
    ends: [],
    begins: [],
    audit: null,
    ...given,
  }
}

export function request(given: Partial<SentRequest>): SentRequest {
  const answered = { startMs: 300, endMs: 310, status: 200, code: '', isProblem: false, requestId: '', error: '' }
  return { type: 'request', kind: 'call', path: '/c0/1', proxy: 'proxy-1', rests: [], ...answered, ...given }
}

export function refusal(status: number, code: string, given: Partial<SentRequest> = {}): SentRequest {
  return request({ status, code, isProblem: true, ...given })
}

export function injection(given: Partial<Injection> = {}): Injection {
  return { type: 'injection', path: '/c0/1', value: 'value:new', atMs: 305, ...given }
}

/** A connection that broke. */
export function broken(error: string, given: Partial<SentRequest> = {}): SentRequest {
  return request({ status: 0, error, ...given })
}

/** Mended at its end, and whole at once. */
export function fault(
  kind: string,
  target: string,
  startMs: number,
  endMs: number,
  given: Partial<InjectedFault> = {},
): InjectedFault {
  return { type: 'fault', kind, target, startMs, mendedMs: endMs, backMs: endMs, endMs, isWhole: true, ...given }
}

export function history(given: Partial<History>): History {
  return { operations: [], requests: [], injections: [], faults: [], ...given }
}

/** The rows of one request that was admitted, and of its end. */
export function recorded(path: string, requestId: string, end: LogRow['kind'] | 'none' = 'finished'): LogRow[] {
  const admitted = { kind: 'admitted', requestId, path } as const
  return end === 'none' ? [admitted] : [admitted, { kind: end, requestId, path: '' }]
}

export function evidence(given: Partial<Evidence> = {}): Evidence {
  return { log: [], audit: [], halfDone: [], processes: [], ...given }
}
