import { asFault, FAULTS, Fault } from '@protectmyapi/service-kit/faults'
import { problemHeaders, toProblem } from '@protectmyapi/service-kit/http/problem'
import { outageAsFault } from '@protectmyapi/service-kit/postgres/outage-as-fault'
import type { Response } from 'express'
import { tellOfRequest } from '../telemetry/watch-rest.js'

/** Turns anything that was thrown into a refusal. */
export function faultOf(thrown: unknown): Fault {
  return expressFault(thrown) ?? asFault(outageAsFault(thrown))
}

export function sendProblem(response: Response, fault: Fault, requestId: string): void {
  tellOfRequest(response, { outcome: fault.code })
  response
    .status(FAULTS[fault.code].http)
    .set(problemHeaders(fault))
    .send(Buffer.from(JSON.stringify(toProblem(fault, requestId))))
}

const BROKEN_ESCAPE = 'The path contains a % that does not begin a valid UTF-8 escape. Write % itself as %25.'

/** Express's own refusals, such as of a path with a broken escape, are Errors with a 4xx `status`. */
function expressFault(thrown: unknown): Fault | undefined {
  if (thrown instanceof Fault || !(thrown instanceof Error) || !('status' in thrown)) return undefined
  const { status } = thrown
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined
  const say = thrown instanceof URIError ? BROKEN_ESCAPE : 'The request cannot be read as it was sent.'
  return new Fault('INVALID_REQUEST', `refused by the HTTP layer: ${thrown.message}`, { cause: thrown, say })
}
