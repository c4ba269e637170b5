import { parseRequestTarget } from '../aim/request-target.js'
import { nameMemo } from '../fields/name-memo.js'
import type { Target } from '../routes/route.js'

/** Translates between the provider's own addresses and those that the client has to ask the proxy for. */
export interface ReturnPath {
  readonly target: Pick<Target, 'origin' | 'baseUrl'>
  /** The requested path, without what was injected into it: the base of a relative address. */
  readonly path: string
  /**
   * What precedes the provider's path in the proxy's own addresses: `/v1/p/{service}`, or nothing where the host names
   * the service.
   */
  readonly prefix: string
  /** The origin under which the client knows the proxy; null where that cannot be told. */
  readonly origin: () => string | null
}

/**
 * Visible ASCII (RFC 3986 § 2). URL parsers drop tabs and reinterpret other characters, so nothing else is accepted.
 */
const ADDRESS = /^[\x21-\x7e]+$/

interface Rule {
  /** Whether the rule applies to an answer with this status; absent: to all. */
  readonly appliesTo?: (status: number) => boolean
  /**
   * SDKs parse an upload address without a base, so it must be absolute. A redirect is resolved against the requested
   * address, so a path is enough.
   */
  readonly form: 'absolute' | 'path'
}

/**
 * The Fetch standard follows five statuses by itself (§ 2.2.6). Others follow more, with the fields of the first request:
 * curl 300, 305, 306 and 310, OkHttp and Java's HttpURLConnection 300. In a 201, Location is a name, and passes.
 */
const isRedirect = (status: number): boolean => status >= 300 && status <= 399

/**
 * Answer fields whose address a provider's SDK calls by itself, with the app's credential if the first request carried
 * it. So they must lead back to the proxy, or nowhere. All other fields pass unchanged.
 */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // Google's resumable uploads: @google/genai sends the bytes to the first; the second is its twin for querying and
  // ending.
  ['x-goog-upload-url', { form: 'absolute' }],
  ['x-goog-upload-control-url', { form: 'absolute' }],
  // `fetch` removes Authorization for another origin, but keeps x-goog-api-key and similar fields.
  ['location', { appliesTo: isRedirect, form: 'path' }],
])

const ruleOf = nameMemo((name: string): Rule | null => RULES.get(name.toLowerCase()) ?? null)

/** Fields that must not come as trailers, to which no rule is applied. */
export const isReturnAddress = (name: string): boolean => ruleOf(name) !== null

/**
 * Name, value, … with every address in the table led back to the proxy. An address that cannot be led back is dropped
 * with its field, so that no address which the proxy passed on sends the app's credential to a provider.
 */
export function leadBack(status: number, fields: readonly string[], back: ReturnPath): readonly string[] {
  // Most answers have no such field.
  if (!fields.some((name, at) => at % 2 === 0 && ruleOf(name) !== null)) return fields
  return fields.flatMap((name, at) => {
    if (at % 2 === 1) return []
    const value = fields[at + 1] ?? ''
    const rule = ruleOf(name)
    if (rule === null || rule.appliesTo?.(status) === false) return [name, value]
    const ours = addressOfOurs(value, rule.form, back)
    return ours === null ? [] : [name, ours]
  })
}

function addressOfOurs(value: string, form: Rule['form'], back: ReturnPath): string | null {
  const below = belowBase(value, back)
  if (below === null) return null
  if (form === 'path') return back.prefix + below
  const origin = back.origin()
  return origin === null ? null : origin + back.prefix + below
}

/**
 * Path and query below the service's base path; null for an address elsewhere, and for one that the proxy would refuse.
 * That covers `//`, which at the start of a path would turn what follows into a host.
 */
function belowBase(value: string, { target, path }: ReturnPath): string | null {
  const from = target.origin + path
  if (!ADDRESS.test(value) || !URL.canParse(value, from)) return null
  const url = new URL(value, from)
  if (url.origin !== target.origin || url.username !== '' || url.password !== '') return null
  const base = target.baseUrl.pathname.replace(/\/$/, '')
  if (!url.pathname.startsWith(`${base}/`)) return null
  const below = url.pathname.slice(base.length) + url.search
  return isAskable(below) ? below : null
}

function isAskable(target: string): boolean {
  try {
    parseRequestTarget(target)
    return true
  } catch {
    return false
  }
}
