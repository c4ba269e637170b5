import { parseRequestTarget } from '../aim/request-target.js'
import { nameMemo } from '../fields/name-memo.js'

/** Visible ASCII (RFC 3986 § 2). URL parsers drop tabs and make something of the rest: nothing of that is guessed at. */
const ADDRESS = /^[\x21-\x7e]+$/
/** Those that the Fetch standard follows by itself (§ 2.2.6). In a 201 Location is a name, and passes. */
const FOLLOWED = new Set([301, 302, 303, 307, 308])
/**
 * Fields of an answer whose address a provider's SDK goes on to by itself, with the app's credential where it was in
 * the first request. So they must lead back to us, or nowhere. All other fields pass unchanged.
 */
const RULES = new Map([
  // Google's resumable uploads: @google/genai sends the bytes to the one; the other is its twin for asking and ending.
  ['x-goog-upload-url', { form: 'absolute' }],
  ['x-goog-upload-control-url', { form: 'absolute' }],
  // `fetch` takes Authorization out for another origin, and leaves x-goog-api-key and its like in.
  ['location', { statuses: FOLLOWED, form: 'path' }],
])
const ruleOf = nameMemo((name) => RULES.get(name.toLowerCase()) ?? null)
/** Fields that must not come as trailers, where no rule is applied. */
export const isReturnAddress = (name) => ruleOf(name) !== null
/**
 * Name, value, … with every address in the table led back to us. One that cannot be is dropped with its field: a
 * provider is never sent the app's credential by an address that we handed on.
 */
export function leadBack(status, fields, back) {
  // As a rule there is none.
  if (!fields.some((name, at) => at % 2 === 0 && ruleOf(name) !== null)) return fields
  return fields.flatMap((name, at) => {
    if (at % 2 === 1) return []
    const value = fields[at + 1] ?? ''
    const rule = ruleOf(name)
    if (rule === null || rule.statuses?.has(status) === false) return [name, value]
    const ours = addressOfOurs(value, rule.form, back)
    return ours === null ? [] : [name, ours]
  })
}
function addressOfOurs(value, form, back) {
  const below = belowBase(value, back)
  if (below === null) return null
  if (form === 'path') return back.prefix + below
  const origin = back.origin()
  return origin === null ? null : origin + back.prefix + below
}
/**
 * Path and query below the service's base path; null for what is elsewhere, and for what we would refuse to be asked
 * for. That covers `//`, which in front of a path would make a host of it.
 */
function belowBase(value, { target, path }) {
  const from = target.origin + path
  if (!ADDRESS.test(value) || !URL.canParse(value, from)) return null
  const url = new URL(value, from)
  if (url.origin !== target.origin || url.username !== '' || url.password !== '') return null
  const base = target.baseUrl.pathname.replace(/\/$/, '')
  if (!url.pathname.startsWith(`${base}/`)) return null
  const below = url.pathname.slice(base.length) + url.search
  return isAskable(below) ? below : null
}
function isAskable(target) {
  try {
    parseRequestTarget(target)
    return true
  } catch {
    return false
  }
}
//# sourceMappingURL=return-addresses.js.map
