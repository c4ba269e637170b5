import { randomInt } from 'node:crypto'
import type { HeldSecret } from '../lease/lease-source.js'
import { LONG_RUN } from './token-bytes.js'

/** One form in which a value could come back, with what the search needs to know about it. */
export interface Needle {
  readonly bytes: Buffer
  readonly hash: number
  /** BASE to the power of its length: the weight of a window's oldest byte in the next window. */
  readonly outWeight: number
}

/** Shorter values are words that occur by chance: ending answers because of them would do more harm than they do. */
export const NEEDLE_BYTES_MIN = LONG_RUN

/**
 * For the rolling hash. Odd, and drawn at each start, so that a client that does not know a needle cannot aim at its
 * hash. A person who has entered the needle can (Thue-Morse sequences collide under every base), but only causes extra
 * comparisons.
 */
export const BASE = randomInt(2 ** 30, 2 ** 31 - 1) | 1

/** The forms of a held secret. None for a short one. */
export const needlesOf = ({ value }: HeldSecret): readonly Needle[] => needlesFor(value.reveal())

/** The same in lower case. */
export function foldedNeedlesOf(needles: readonly Needle[]): readonly Needle[] {
  return [...new Set(needles.map(({ bytes }) => bytes.toString('utf8').toLowerCase()))].map(needle)
}

/** Whether this value can be searched for. A shorter one may come back unseen. */
export const isSearchable = ({ value }: HeldSecret): boolean => [...wholesOf(value.reveal())].every(isLong)

/**
 * Needles for user and password of Basic: both what was sent and what a server decodes from it, since either could be
 * echoed.
 */
export function needlesOfBasic(encoded: string): readonly Needle[] {
  return [...needlesFor(encoded.replace(/=+$/, '')), ...needlesFor(decoded(encoded))]
}

/** @returns no needles for a value below the bound. */
function needlesFor(value: string): readonly Needle[] {
  const forms = [...wholesOf(value)].filter(isLong).flatMap((whole) => [...formsOf(whole)])
  return [...new Set(forms)].map(needle)
}

const isLong = (text: string): boolean => text.length >= NEEDLE_BYTES_MIN

/** `Bearer …`, entered with the key (RFC 9110 § 11.4). */
const SCHEME = /^[A-Za-z][\w-]*[ \t]+/

/** `token=…`, in quotes or not (RFC 9110 § 11.2). The `=` at the end of base64 does not count. */
const PARAMETER = /^[A-Za-z][\w-]*[ \t]*=[ \t]*"?([^="].*?)"?$/s

const BASIC = /^Basic[ \t]+(\S+)$/i

/**
 * What a server may take for the value: without the blanks around it, which are not part of a field's value (RFC 9110
 * § 5.5), without a leading scheme and parameter name, and for Basic the pair and its secret part (RFC 7617 § 2), also
 * where a template holds the scheme. The cuts are fixed, the same for every answer, so they tell a phone nothing.
 */
function wholesOf(value: string): ReadonlySet<string> {
  const trimmed = value.trim()
  const sent = [trimmed, trimmed.replace(SCHEME, '')]
  const wholes = [value, ...sent, ...sent.map((whole) => whole.replace(PARAMETER, '$1'))]
  const [, encoded] = BASIC.exec(trimmed) ?? []
  const pair = decoded(encoded ?? trimmed)
  if (encoded !== undefined || PAIR.test(pair)) wholes.push(pair, secretOf(pair))
  return new Set(wholes)
}

/** A key that is not a pair in base64 does not decode to this. */
const PAIR = /^[\x20-\x7e]*:[\x20-\x7e]*$/

/** The password; or the user, where that is the key and the password a word or empty, as with Stripe. */
function secretOf(pair: string): string {
  const colon = pair.indexOf(':')
  const user = pair.slice(0, Math.max(0, colon))
  const password = pair.slice(colon + 1)
  return isLong(password) || !isLong(user) ? password : user
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')

/**
 * Only whole values, in the encodings in which servers write what they were sent. Parts of a value are never looked
 * for, because a guard that reacts to parts would tell a phone, guess by guess, what the value is.
 */
function formsOf(value: string): ReadonlySet<string> {
  const url = encodeURIComponent(value)
  const urlStrict = url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = urlStrict.replaceAll('%20', '+')
  const json = JSON.stringify(value).slice(1, -1)
  const bytes = Buffer.from(value, 'utf8')
  return new Set([
    value,
    ...inBothCases(url),
    ...inBothCases(urlStrict),
    // `+` for a space, as in forms and some query strings. PHP also encodes the tilde; the URL standard and Java do
    // too, and leave the asterisk as it is.
    ...inBothCases(form),
    ...inBothCases(form.replaceAll('~', '%7E')),
    ...inBothCases(form.replaceAll('~', '%7E').replaceAll('%2A', '*')),
    // Python leaves slashes; an address within an address is encoded twice.
    ...inBothCases(urlStrict.replaceAll('%2F', '/')),
    ...inBothCases(urlStrict).map((once) => once.replaceAll('%', '%25')),
    json,
    // PHP escapes slashes; Go escapes angle brackets and ampersand; Gson also `=` and the apostrophe; .NET also `+` and
    // backticks, in upper case; Python and PHP escape non-ASCII.
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&]/g, unicodeEscape),
    json.replace(/[<>&='\u2028\u2029]/g, unicodeEscape),
    json.replaceAll('\\"', '"').replace(NOT_PLAIN_TO_DOT_NET, upperEscape),
    json.replace(/[^\x20-\x7e]/g, unicodeEscape),
    json.replaceAll('/', '\\/').replace(/[^\x20-\x7e]/g, unicodeEscape),
    // Without the padding, which a server may omit: the padded form contains this one.
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ])
}

/** What System.Text.Json escapes by default, including quotes. */
const NOT_PLAIN_TO_DOT_NET = /["&'+<>`]|[^\x20-\x7e]/g

/** Percent escapes are case-insensitive (RFC 3986 § 2.1). */
function inBothCases(url: string): readonly string[] {
  return [url, url.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase())]
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function upperEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

function needle(form: string): Needle {
  const bytes = Buffer.from(form, 'utf8')
  let hash = 0
  let outWeight = 1
  for (const byte of bytes) {
    hash = (Math.imul(hash, BASE) + byte) | 0
    outWeight = Math.imul(outWeight, BASE)
  }
  return { bytes, hash, outWeight }
}
