import { isPlainlyWritten } from '@protectmyapi/service-kit/destinations/plain-url'
import { checkUpstreamUrl, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { badField } from '@protectmyapi/service-kit/http/validate'

const POINTER = '/baseUrl'
export const BASE_URL_CHARS_MAX = 2_048

/** Unreserved characters, `:`, `@` and sub-delims without `;`, at which some servers cut a segment. No escapes. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)*\/?$/

/**
 * Normalizes a base URL to its only spelling: the origin, then a path without dot segments and without a trailing
 * slash. Every request stays under that path.
 *
 * @throws Fault INVALID_REQUEST with the pointer /baseUrl.
 */
export function normalizeBaseUrl(text: string, exempt: PrivateUpstreams): string {
  if (text.length > BASE_URL_CHARS_MAX || !URL.canParse(text))
    throw badField(POINTER, 'Give a URL such as https://api.example.com.')
  const url = new URL(text)
  checkUpstreamUrl(url, POINTER, exempt)
  if (!isPlainlyWritten(text, url))
    throw badField(POINTER, `Write scheme, host and port plainly: ${url.origin}, if that is what is meant.`)
  if (text.includes('?') || text.includes('#'))
    throw badField(POINTER, 'Leave query and fragment out; clients send the query.')
  // The parser has resolved dot segments and turned backslashes into slashes, so the path is checked as it was written.
  const path = writtenPath(text)
  const dots = path.split('/').some((segment) => segment === '.' || segment === '..')
  if (dots || !PLAIN_PATH.test(path) || stripSlash(url.pathname) !== stripSlash(path)) {
    throw badField(POINTER, 'Give a plain path: no dot segments, empty segments, backslashes, semicolons or escapes.')
  }
  return url.origin + stripSlash(url.pathname)
}

function writtenPath(text: string): string {
  const afterScheme = text.replace(/^[a-z]+:\/\//i, '')
  const slash = afterScheme.search(/[/\\]/)
  return slash < 0 ? '' : afterScheme.slice(slash)
}

const stripSlash = (path: string): string => path.replace(/\/$/, '')
