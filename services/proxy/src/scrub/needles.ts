import { randomInt } from 'node:crypto'
import type { HeldSecret } from '../lease/lease-source.js'
import { LONG_RUN } from './token-bytes.js'

/** One form in which a value could come back, with what the search needs to know of it. */
export interface Needle {
  readonly bytes: Buffer
  readonly hash: number
  /** BASE to the power of its length: what the oldest byte of a window weighs in the next one. */
  readonly outWeight: number
}

/** Shorter values are words that occur by chance: ending answers for them would do more harm than they do. */
export const NEEDLE_BYTES_MIN = LONG_RUN

/**
 * Of the rolling hash. Odd, and drawn at each start: who does not know a needle cannot aim at its hash. Who has entered it
 * can (sequences of Thue and Morse collide under every base), and gains comparisons.
 */
export const BASE = randomInt(2 ** 30, 2 ** 31 - 1) | 1

/** The forms of a held secret. None for a short one. */
export const needlesOf = ({ value }: HeldSecret): readonly Needle[] => needlesFor(value.reveal())

/** The same in small letters. */
export function foldedNeedlesOf(needles: readonly Needle[]): readonly Needle[] {
  return [...new Set(needles.map(({ bytes }) => bytes.toString('utf8').toLowerCase()))].map(needle)
}

/** Could this value be searched for? What is shorter may come back unseen. */
export const isSearchable = ({ value }: HeldSecret): boolean => [...wholesOf(value.reveal())].every(isLong)

/** Of what stood for user and password of Basic: what was sent and what a server reads in it, so what could be echoed. */
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

/** `token=…`, in quotes or not (RFC 9110 § 11.2). What ends base64 is none. */
const PARAMETER = /^[A-Za-z][\w-]*[ \t]*=[ \t]*"?([^="].*?)"?$/s

const BASIC = /^Basic[ \t]+(\S+)$/i

/**
 * What a server takes for the value: without the blanks around it, which are no part of a field's value (RFC 9110 § 5.5),
 * without the scheme and the parameter's name before it, and of Basic the pair and what is secret of it (RFC 7617 § 2), also
 * where a template has the scheme. Fixed cuts, the same for every answer: they tell a phone nothing.
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

/** What no key becomes that is not a pair in base64. */
const PAIR = /^[\x20-\x7e]*:[\x20-\x7e]*$/

/** The password; the user where that is the key, and the password a word or nothing, as with Stripe. */
function secretOf(pair: string): string {
  const colon = pair.indexOf(':')
  const user = pair.slice(0, Math.max(0, colon))
  const password = pair.slice(colon + 1)
  return isLong(password) || !isLong(user) ? password : user
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')

/**
 * Whole values alone, in the encodings in which servers write what they were sent. No part of a value is ever looked
 * for: a guard that reacts to parts tells a phone, guess by guess, what the value is.
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
    // `+` for a space: how forms are encoded, and query strings by some; the tilde too, by PHP, and with an asterisk as it
    // is, by the URL standard and Java.
    ...inBothCases(form),
    ...inBothCases(form.replaceAll('~', '%7E')),
    ...inBothCases(form.replaceAll('~', '%7E').replaceAll('%2A', '*')),
    // Python leaves slashes; an address within an address is encoded twice.
    ...inBothCases(urlStrict.replaceAll('%2F', '/')),
    ...inBothCases(urlStrict).map((once) => once.replaceAll('%', '%25')),
    json,
    // Slashes as PHP escapes them; brackets and ampersand as Go does; `=` and quotes too, as Gson does; `+` and backticks
    // too, in upper case, as .NET does; non-ASCII as Python and PHP do.
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&]/g, unicodeEscape),
    json.replace(/[<>&='\u2028\u2029]/g, unicodeEscape),
    json.replaceAll('\\"', '"').replace(NOT_PLAIN_TO_DOT_NET, upperEscape),
    json.replace(/[^\x20-\x7e]/g, unicodeEscape),
    json.replaceAll('/', '\\/').replace(/[^\x20-\x7e]/g, unicodeEscape),
    // Without the padding, which a server may leave away: the padded form holds it.
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ])
}

/** What System.Text.Json escapes by default, quotes among it. */
const NOT_PLAIN_TO_DOT_NET = /["&'+<>`]|[^\x20-\x7e]/g

/** Escapes of percent signs have no case of their own (RFC 3986 § 2.1). */
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
