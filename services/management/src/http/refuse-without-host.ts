import { Fault } from '@protectmyapi/service-kit/faults'
import type { NextFunction, Request, Response } from 'express'

/** RFC 9112 § 3.2. Node's own check would answer out of turn, and close the connection during the next request. */
export function refuseWithoutHost({ httpVersion, headers }: Request, _response: Response, next: NextFunction): void {
  if (httpVersion === '1.1' && headers.host === undefined) {
    throw new Fault('INVALID_REQUEST', 'no Host', { say: 'Send a Host header.' })
  }
  next()
}
