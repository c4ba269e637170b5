import { isUtf8 } from 'node:buffer'
import { Fault } from '@protectmyapi/service-kit/faults'

/** What a client asked for, as it was sent: checked and unchanged. */
export interface RequestTarget {
  /** Begins with a slash. */
  readonly path: string
  /** Without the question mark; null where there is none. */
  readonly query: string | null
}

const LIMITS = {
  /** A whole request head is 32 KiB. No provider needs a target of more than half of it. */
  targetBytesMax: 16 * 1024,
  /** Layers of percent-encoding that are looked through. A path with more is refused. */
  decodingsMax: 4,
} as const

/**
 * RFC 3986 § 3.3: segments of pchar. Everything else (backslash, brackets, quotes, `#`, controls, non-ASCII) is
 * refused.
 */
const PATH = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*)+$/
/**
 * The form of nearly every path: no escape, and no segment that is empty or begins with a dot or a semicolon. Such a
 * path passes every check.
 */
const PLAIN_PATH = /^(?:\/(?![.;])[A-Za-z0-9\-._~!$&'()*+,;=:@]+)+$/
/**
 * Visible ASCII without `#`, which would begin a fragment. Providers are lenient with queries, and none of these
 * characters can end a request line.
 */
const QUERY = /^[\x21\x22\x24-\x7e]*$/
const SLASH = 0x2f
const BACKSLASH = 0x5c
const ESCAPES = /%[0-9A-Fa-f]{2}/

/**
 * Reads a raw request target (RFC 9112 § 3.2). Accepts only the origin form, and only a path that every server reads in
 * the same way: no dot segments, empty segments or separators in any encoding.
 *
 * @throws Fault PATH_NOT_ALLOWED.
 */
export function parseRequestTarget(raw: string): RequestTarget {
  if (raw.length > LIMITS.targetBytesMax) throw refuse('the target is too long')
  const mark = raw.indexOf('?')
  const path = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? null : raw.slice(mark + 1)
  checkPath(path)
  if (query !== null && !QUERY.test(query)) throw refuse('the query holds a character that must be encoded')
  return { path, query }
}

/** @throws Fault PATH_NOT_ALLOWED. */
export function checkPath(path: string): void {
  if (PLAIN_PATH.test(path)) return
  if (!PATH.test(path)) throw refuse('the path is not in origin form, or holds a character that must be encoded')
  // Some servers collapse it and others do not.
  if (path.includes('//')) throw refuse('the path has an empty segment')
  for (const segment of path.split('/')) checkSegment(segment)
}

function checkSegment(segment: string): void {
  checkDots(segment)
  let decoded = segment
  for (let round = 0; ESCAPES.test(decoded); round += 1) {
    if (round === LIMITS.decodingsMax) throw refuse('the path is encoded too many times')
    decoded = decodeOnce(decoded)
    if (holdsSeparator(decoded)) throw refuse('the path holds an encoded separator or control character')
    checkDots(decoded)
  }
}

/**
 * Whether a path, once decoded, holds a byte that some server takes for a separator, an end or a line break. Bytes
 * above ASCII are letters.
 */
function holdsSeparator(bytes: string): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes.charCodeAt(at)
    if (byte < 0x20 || byte === 0x7f || byte === SLASH || byte === BACKSLASH) return true
  }
  return false
}

/**
 * `..;x` is `..` to servers that know path parameters (RFC 3986 § 3.3), and `;x` is an empty segment. `..?x` is `..` to
 * a server that decodes a path and parses it again, as nginx does for a `proxy_pass` with a decoded path in it.
 */
function checkDots(segment: string): void {
  const name = segment.replace(/[;?#].*/s, '')
  if (segment.startsWith(';') || name === '.' || name === '..') throw refuse('the path has a dot segment')
}

/**
 * The same path up to an encoded `?` or `#`, which ends it for a server that decodes a path and parses it again. Null
 * where there is none.
 *
 * @param path as `checkPath` let it through.
 */
export function upToEncodedEnd(path: string): string | null {
  if (!path.includes('%')) return null
  const segments = path.split('/')
  for (const [at, segment] of segments.entries()) {
    let decoded = segment
    while (ESCAPES.test(decoded)) decoded = decodeOnce(decoded)
    const end = decoded.search(/[?#]/)
    if (end !== -1) return [...segments.slice(0, at), decoded.slice(0, end)].join('/')
  }
  return null
}

/** One round of percent-decoding, with bytes as latin1. Overlong forms (`%c0%ae`) are not UTF-8, and are refused. */
function decodeOnce(text: string): string {
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  if (!isUtf8(Buffer.from(decoded, 'latin1'))) throw refuse('the path is not UTF-8')
  return decoded
}

function refuse(detail: string): Fault {
  return new Fault('PATH_NOT_ALLOWED', detail)
}
