import { FAULTS, type FaultCode, isFaultCode } from '@protectmyapi/service-kit/faults'
import type { History, InjectedFault, Operation, SentRequest } from '../history/history.js'
import { seconds, type Violation } from './violation.js'

/** Rows of the table that say "a mistake of ours", or "of the provider": nothing that the rig does calls for them. */
const NEVER: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'INTERNAL',
  'SECRET_DECRYPTION_FAILED',
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_REJECTED_KEY',
  'UPSTREAM_LEAKED_KEY',
  'UPSTREAM_TIMEOUT',
])

/** Refusals of the credential or of what it names: somebody must have taken that away. */
const NEEDS_A_CAUSE: ReadonlySet<number> = new Set([401, 403, 404])

/** Secrets are told by their value, which a client does not know it rests on. */
const OF_SECRETS: ReadonlySet<string> = new Set(['SECRET_NOT_FOUND', 'SECRET_EXPIRED'])

/** Every failure is a row of the fault table with a cause, or a connection that was cut with its process. */
export function findStrangeAnswers({ requests, operations, faults }: History): Violation[] {
  const ended = firstEnds(operations)
  const ofClients = requests.flatMap((request): Violation[] => {
    if (request.status === 200) return []
    if (request.status === 0) return isExplained(request, faults) ? [] : [{ kind: 'cut', says: of(request) }]
    if (!isRow(request)) return [{ kind: 'strange answer', says: of(request) }]
    const needsCause = NEEDS_A_CAUSE.has(request.status) && !OF_SECRETS.has(request.code)
    if (needsCause && !request.rests.some((rest) => (ended.get(rest) ?? Number.POSITIVE_INFINITY) <= request.endMs))
      return isSkewed(request, faults) ? [] : [{ kind: 'refused without cause', says: of(request) }]
    return []
  })
  const ofOperator = operations
    .filter(({ status, code }) => status >= 400 && !(isFaultCode(code) && !NEVER.has(code)))
    .map(({ kind, status, code, endMs }): Violation => {
      return { kind: 'strange answer', says: `"${kind}" at ${seconds(endMs)} answered ${status} ${code}` }
    })
  return [...ofClients, ...ofOperator]
}

function of({ path, proxy, startMs, status, code }: SentRequest): string {
  return `${path} through ${proxy} at ${seconds(startMs)} answered ${status} ${code}`
}

function isRow({ status, code, isProblem }: SentRequest): boolean {
  return isProblem && isFaultCode(code) && !NEVER.has(code) && FAULTS[code].http === status
}

/** When each fact may first have ended, whatever came of the operation. */
function firstEnds(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  for (const { ends, startMs } of operations)
    for (const fact of ends) first.set(fact, Math.min(startMs, first.get(fact) ?? Number.POSITIVE_INFINITY))
  return first
}

const ENDS_CONNECTIONS: ReadonlySet<string> = new Set(['killed', 'restarted', 'frozen'])

function isExplained({ proxy, startMs, endMs }: SentRequest, faults: readonly InjectedFault[]): boolean {
  return faults.some(
    (fault) =>
      ENDS_CONNECTIONS.has(fault.kind) && fault.target === proxy && fault.startMs <= endMs && fault.endMs >= startMs,
  )
}

/** A session may be from the future, or past its end, by a clock that is wrong. */
function isSkewed({ proxy, startMs, endMs }: SentRequest, faults: readonly InjectedFault[]): boolean {
  return faults.some(
    (fault) => fault.kind === 'skewed' && fault.target === proxy && fault.startMs <= endMs && fault.endMs >= startMs,
  )
}
