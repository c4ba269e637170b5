import { Fault } from '@protectmyapi/service-kit/faults'
import type { NextFunction, Request, Response } from 'express'

const LIMITS = {
  /** Header fields of one request. The parser limits their bytes. */
  fieldsMax: 100,
} as const

/** The parser's own limit would silently drop fields, and a change without its If-Match would overwrite another. */
export function refuseManyFields({ rawHeaders }: Request, _response: Response, next: NextFunction): void {
  const fields = rawHeaders.length / 2
  if (fields > LIMITS.fieldsMax) throw new Fault('HEADERS_TOO_LARGE', `${fields} header fields`)
  next()
}
