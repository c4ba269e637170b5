import type { History, InjectedFault, SentRequest } from '../history/history.js'
import { isOvertaken } from './overtaken.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** From the signal on a dying process still has its port, and its connections: on few cores for so long. */
  dyingMs: 1_000,
  /** What was sent so shortly before a SIGTERM may have been read by nobody yet. */
  unreadMs: 50,
} as const

/** Nobody listens: the request has gone nowhere. */
const NOBODY = 'ECONNREFUSED'

/**
 * A connection may be cut with its process: by SIGKILL at any point of a request, by SIGTERM at none. A proxy that is told
 * to end answers what it has read, so what its provider has seen has a whole answer, unless what it rests on was taken away
 * meanwhile: then the answer is ended where it is.
 */
export function findCuts({ requests, injections, operations, faults }: History): Violation[] {
  const injected = new Set(injections.map(({ path }) => path))
  return requests
    .filter(({ status }) => status === 0)
    .filter((request) => !(injected.has(request.path) && isOvertaken(request, operations)))
    .filter((request) => !faults.some((fault) => isExplained(request, fault, injected.has(request.path))))
    .map(({ path, proxy, startMs, endMs, error }) => {
      const when = `from ${seconds(startMs)} to ${seconds(endMs)}`
      const seen = injected.has(path) ? ', and the provider has seen it' : ''
      return { kind: 'cut', says: `${path} through ${proxy}, ${when}, ended with ${error}${seen}` }
    })
}

function isExplained(request: SentRequest, fault: InjectedFault, isInjected: boolean): boolean {
  const { proxy, startMs, endMs, error } = request
  if (fault.target !== proxy || fault.startMs > endMs || fault.endMs < startMs) return false
  if (fault.kind === 'killed') return error === NOBODY || startMs <= fault.startMs + LIMITS.dyingMs
  if (fault.kind !== 'restarted') return false
  // A connection that is closed while a request is on its way to it: RFC 9112 § 9.5 leaves it to the client to ask again.
  return error === NOBODY || (!isInjected && startMs >= fault.startMs - LIMITS.unreadMs)
}
