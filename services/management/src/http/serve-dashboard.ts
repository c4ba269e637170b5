import { randomBytes } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { tellOfRequest } from '../telemetry/watch-rest.js'

/** The files that `services/dashboard` was built to. */
export interface BuiltDashboard {
  /** The text of index.html, with `__CSP_NONCE__` wherever a nonce belongs. */
  readonly page: string
  /** Folder of what the page loads. Each file's name has a digest of its content. */
  readonly assetsDir: string
}

const NONCE_PLACE = '__CSP_NONCE__'
/** 128 bits, as the specification of CSP asks for. */
const NONCE_BYTES = 16
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** Whatever a client accepts, here is no page. Otherwise a script that is gone would be answered with HTML. */
const NO_PAGE = /^\/(?:api|assets|healthz|readyz)(?:\/|$)/i

/**
 * Serves the dashboard. Its one page answers every other path, because it reads the path itself. It only answers
 * browsers: for other clients a wrong path stays a 404 problem.
 */
export function serveDashboard({ page, assetsDir }: BuiltDashboard): Router {
  const router = Router({ strict: true, caseSensitive: true })
  router.use('/assets', tellOfAssets, refuseOtherMethods, assetsIn(assetsDir))
  router.use((request, response, next) => {
    if (!mayBePage(request.path) || !prefersPage(request)) return next()
    refuseOtherMethods(request, response, () => sendPage(page, response))
  })
  return router
}

function tellOfAssets(_request: Request, response: Response, next: NextFunction): void {
  tellOfRequest(response, { template: '/assets' })
  next()
}

function refuseOtherMethods({ method }: Request, _response: Response, next: NextFunction): void {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Fault('INVALID_METHOD', `no ${method} here`, { allow: ['GET', 'HEAD'] })
  }
  next()
}

/** No validators: what has the same name is the same. No ranges: nobody resumes a file of some kilobytes. */
function assetsIn(dir: string): express.Handler {
  return express.static(dir, {
    dotfiles: 'ignore',
    index: false,
    redirect: false,
    etag: false,
    lastModified: false,
    acceptRanges: false,
    cacheControl: false,
    setHeaders: (response) => response.set('cache-control', IMMUTABLE),
  })
}

/**
 * A misspelt path of the API stays a problem: `/API/v1`, `//api/v1`, `/api%2fv1`. The page would pass for an answer of
 * 200. What cannot be decoded is nowhere in the dashboard.
 */
function mayBePage(path: string): boolean {
  try {
    return !NO_PAGE.test(decodeURIComponent(path).replaceAll(/[/\\]+/g, '/'))
  } catch {
    return false
  }
}

/** True for browsers that navigate: they name text/html. Only a wildcard, or no `Accept`, gets a problem. */
function prefersPage(request: Request): boolean {
  return request.accepts(['application/problem+json', 'text/html']) === 'text/html'
}

function sendPage(page: string, response: Response): void {
  tellOfRequest(response, { template: '/dashboard' })
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  response.set('content-security-policy', policyOf(nonce)).type('html').send(page.replaceAll(NONCE_PLACE, nonce))
}

/** The page runs its own scripts only, and speaks to this origin only. Styles that it adds itself bear the nonce. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join(';')
}
