import { Fault } from '@protectmyapi/service-kit/faults'
import type { NextFunction, Request, Response } from 'express'

const LIMITS = {
  /** Fields of one request. The parser bounds their bytes. */
  fieldsMax: 100,
} as const

/** The parser would leave out what is too much, and a change without its If-Match overwrites another. */
export function refuseManyFields({ rawHeaders }: Request, _response: Response, next: NextFunction): void {
  const fields = rawHeaders.length / 2
  if (fields > LIMITS.fieldsMax) throw new Fault('HEADERS_TOO_LARGE', `${fields} header fields`)
  next()
}
