import { newId } from '@protectmyapi/service-kit/ids'
import type { NextFunction, Request, Response } from 'express'

export const REQUEST_ID_HEADER = 'pma-request-id'

/** Always a new id. Otherwise a client could give its request the id of another client's request in the log. */
export function giveRequestId(_request: Request, response: Response, next: NextFunction): void {
  response.set(REQUEST_ID_HEADER, newId('request'))
  next()
}

export function requestIdOf(response: Response): string {
  return String(response.get(REQUEST_ID_HEADER) ?? '')
}
