import { FAULTS, type FaultCode, isFaultCode } from '@protectmyapi/service-kit/faults'
import type { History, InjectedFault, Operation, SentRequest } from '../history/history.js'
import { isFelt } from './felt-faults.js'
import type { KnownBounds } from './known-bounds.js'
import { isOvertaken } from './overtaken.js'
import { seconds, type Violation } from './violation.js'

/** Codes for an internal error or an error of the provider: nothing that the rig does may cause them. */
const NEVER: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'INTERNAL',
  'SECRET_DECRYPTION_FAILED',
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_REJECTED_KEY',
  'UPSTREAM_LEAKED_KEY',
  'UPSTREAM_TIMEOUT',
])

/** These refusals depend on the value of a secret, and a client does not know which value its request rests on. */
const OF_SECRETS: ReadonlySet<string> = new Set(['SECRET_NOT_FOUND', 'SECRET_EXPIRED'])

/**
 * Every refusal must be a row of the fault table and have a cause: something that was broken, taken away, or bounded.
 */
export function findStrangeAnswers(history: History, bounds: KnownBounds): Violation[] {
  const ended = firstEnds(history.operations)
  const ofClients = history.requests.flatMap((request): Violation[] => {
    // `find-cuts.ts` judges requests whose connection was cut (status 0).
    if (request.status === 200 || request.status === 0) return []
    if (!isRow(request)) return [{ kind: 'strange answer', says: of(request) }]
    return hasCause(request, { history, bounds, ended }) ? [] : [{ kind: 'refused without cause', says: of(request) }]
  })
  const ofOperator = history.operations
    .filter(({ kind, status, code }) => status >= 400 && !(isFaultCode(code) && isExpected(kind, code)))
    .map(({ kind, status, code, endMs }): Violation => {
      return { kind: 'strange answer', says: `"${kind}" at ${seconds(endMs)} answered ${status} ${code}` }
    })
  return [...ofClients, ...ofOperator]
}

/** The rig deletes a secret without force only when nothing uses it any more, so SECRET_IN_USE is never expected. */
function isExpected(kind: string, code: FaultCode): boolean {
  return !NEVER.has(code) && !(kind === 'delete secret' && code === 'SECRET_IN_USE')
}

interface Known {
  readonly history: History
  readonly bounds: KnownBounds
  readonly ended: ReadonlyMap<string, number>
}

function hasCause(request: SentRequest, { history, bounds, ended }: Known): boolean {
  const { status, code, rests, endMs } = request
  switch (status) {
    case 503:
      return history.faults.some((fault) => isFelt(fault, request)) || isOvertaken(request, history.operations)
    case 429: {
      const set: readonly { readonly fact: string }[] = code === 'QUOTA_EXCEEDED' ? bounds.quotas : bounds.limits
      return set.some(({ fact }) => rests.includes(fact))
    }
    default:
      if (OF_SECRETS.has(code)) return true
      return rests.some((rest) => (ended.get(rest) ?? Number.POSITIVE_INFINITY) <= endMs) || isSkewed(request, history)
  }
}

function of({ path, proxy, startMs, status, code, requestId }: SentRequest): string {
  return `${path} through ${proxy} at ${seconds(startMs)} answered ${status} ${code}, ${requestId}`
}

function isRow({ status, code, isProblem }: SentRequest): boolean {
  return isProblem && isFaultCode(code) && !NEVER.has(code) && FAULTS[code].http === status
}

/** For each fact, the earliest time at which it may have ended, whatever the outcome of the operation. */
function firstEnds(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  for (const { ends, startMs } of operations)
    for (const fact of ends) first.set(fact, Math.min(startMs, first.get(fact) ?? Number.POSITIVE_INFINITY))
  return first
}

/** With a wrong clock, a proxy may take a session for one that is from the future, or has expired. */
function isSkewed({ proxy, startMs, endMs }: SentRequest, { faults }: History): boolean {
  return faults.some(
    (fault: InjectedFault) =>
      fault.kind === 'skewed' && fault.target === proxy && fault.startMs <= endMs && fault.endMs >= startMs,
  )
}
