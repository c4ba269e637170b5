import type { History, InjectedFault, SentRequest } from '../history/history.js'
import { isOvertaken } from './overtaken.js'
import { seconds, type Violation } from './violation.js'

const LIMITS = {
  /** After the signal, a dying process keeps its port and its connections for up to this long on few cores. */
  dyingMs: 1_000,
  /** What was sent this shortly before a SIGTERM may not have been read by the proxy yet. */
  unreadMs: 50,
} as const

/** Nothing listens on the port, so the request has reached no proxy. */
const NOBODY = 'ECONNREFUSED'

/**
 * A connection may be cut with its process: by SIGKILL at any point of a request, by SIGTERM at none. A proxy that is
 * told to end answers what it has read, so a request that its provider has seen gets a whole answer. The exception is a
 * request whose session, value or other basis was taken away meanwhile: its answer is cut off at that point.
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
  // The connection was closed while a request was on its way to it: RFC 9112 § 9.5 leaves it to the client to send the
  // request again.
  return error === NOBODY || (!isInjected && startMs >= fault.startMs - LIMITS.unreadMs)
}
