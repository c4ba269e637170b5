import { Fault } from '@protectmyapi/service-kit/faults'
import type { NextFunction, Request, Response } from 'express'

/**
 * RFC 9112 § 3.2. Node's own check would answer before earlier requests of the connection are answered, and would end
 * the connection while the next request is under way.
 */
export function refuseWithoutHost({ httpVersion, headers }: Request, _response: Response, next: NextFunction): void {
  if (httpVersion === '1.1' && headers.host === undefined) {
    throw new Fault('INVALID_REQUEST', 'no Host', { say: 'Send a Host field.' })
  }
  next()
}
