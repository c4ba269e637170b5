import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Request } from 'express'
import type { Principal } from '../access/principal.js'
import { clientOf } from '../http/client-of.js'
import { isPersonal, tokenBearer } from '../tokens/token-bearer.js'
import { cookieName, readCookie } from './session-cookie.js'
import { principalOf } from './sign-in-sessions.js'

export interface AuthenticateDeps {
  readonly db: Knex
  /** Origin of the pages that may write with the cookie. If undefined, the origin that the request was sent to. */
  readonly publicOrigin: string | undefined
}

/**
 * The only way from a request to a Principal. If there is an `Authorization` field, only it counts: a bad one is
 * refused and never replaced by the cookie. With the cookie, a page of another origin may neither write nor read (CSRF).
 *
 * @throws Fault UNAUTHORIZED, INVALID_TOKEN, TOKEN_EXPIRED or FORBIDDEN.
 */
export function createAuthenticate({ db, publicOrigin }: AuthenticateDeps): (request: Request) => Promise<Principal> {
  return async (request) => {
    const authorization = request.get('authorization')
    if (authorization !== undefined) return bearer(db, bearerToken(authorization))
    const name = cookieName(clientOf(request, publicOrigin))
    const token = name === undefined ? undefined : readCookie(request.get('cookie'), name)
    if (token === undefined || token === '') throw nobody()
    if (request.method === 'GET' || request.method === 'HEAD') refuseForeignRead(request)
    else refuseForeignWrite(request, publicOrigin)
    return principalOf(db, token)
  }
}

const bearer = (db: Knex, token: string): Promise<Principal> =>
  isPersonal(token) ? tokenBearer(db, token) : principalOf(db, token)

function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (token === undefined) throw nobody()
  return token
}

function nobody(): Fault {
  return new Fault('UNAUTHORIZED', 'no credential', {
    say: 'Sign in first: POST /api/v1/auth/sign-in, then send its token as Authorization: Bearer, or the cookie that it sets.',
  })
}

/**
 * Added to SameSite=Strict, which compares sites, not origins: a page of `localhost:3000` counts as the same site. It
 * could not see the answer, but an `<img>` of an export would be recorded in the person's name and occupy a snapshot.
 */
function refuseForeignRead(request: Request): void {
  const site = request.get('sec-fetch-site')
  // Older browsers and tools send no such field. `none` is an address that the person typed in.
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new Fault('FORBIDDEN', 'a read with the cookie from another origin', {
    say: 'A page of another origin may not read with the cookie. Open the address itself, or use the token as Authorization: Bearer.',
  })
}

/** As strict as it can be, because a write needs no answer to do harm. */
function refuseForeignWrite(request: Request, publicOrigin: string | undefined): void {
  const site = request.get('sec-fetch-site')
  const own = publicOrigin ?? `${request.protocol}://${request.get('host') ?? ''}`
  // No page can forge Sec-Fetch-Site in a browser that sends it. Older browsers send Origin with every write.
  const ours = site === undefined ? request.get('origin') === own : site === 'same-origin'
  if (!ours)
    throw new Fault('FORBIDDEN', 'a write with the cookie from another origin', {
      say: 'A change may use the cookie only from this service’s own pages. Use the token as Authorization: Bearer.',
    })
}
