import { Fault } from '@protectmyapi/service-kit/faults'
import { decodePercent } from './raw-query.js'

/** Every kind of ProtectMyAPI token begins like this, and no provider's key does. */
const OURS = /pma_(?:app|ses|dbg|pat|inv|web|set)_[A-Za-z0-9_.-]*/g
const MARK = 'pma_'
/** RFC 7617. The scheme is case-insensitive. */
const BASIC = /^\s*basic\s+([A-Za-z0-9+/_-]+={0,2})\s*$/i

const NONE: readonly string[] = []

const LIMITS = {
  /** Layers of encoding that are searched for tokens. */
  decodingsMax: 3,
  /** No token is shorter than this in base64. */
  encodedCharsMin: 48,
} as const

/** `pma_` in base64, by its offset within three bytes, without the characters that depend on its neighbours. */
const ENCODED_MARKS = ['cG1hX', 'BtYV', 'wbWFf'] as const
const ENCODED_WORD = /[A-Za-z0-9+/_-]{48,}/g

/** The tokens in a header value: anywhere in it, or in the user or password of Basic. */
export function tokensInHeader(value: string): readonly string[] {
  if (value.includes(MARK)) return tokensIn(value)
  const basic = basicText(value)
  return basic === undefined ? NONE : tokensIn(basic)
}

/** The tokens in a text that is already decoded. */
export function tokensIn(text: string): readonly string[] {
  return text.includes(MARK) ? (text.match(OURS) ?? NONE) : NONE
}

/** Whether this text holds a token, in clear, percent-encoded or in base64. */
export function holdsOurs(text: string): boolean {
  let decoded = text
  for (let round = 0; round <= LIMITS.decodingsMax; round += 1) {
    if (tokensIn(decoded).length > 0) return true
    if (decoded.length >= LIMITS.encodedCharsMin && holdsEncoded(decoded)) return true
    if (!decoded.includes('%')) return false
    decoded = decodePercent(decoded)
  }
  return false
}

/** The same for a header value, which may be Basic. */
export function headerHoldsOurs(value: string): boolean {
  if (holdsOurs(value)) return true
  const basic = basicText(value)
  return basic !== undefined && holdsOurs(basic)
}

/** A token stands where `identify` does not look for a credential, and would go to the provider. */
export function oursWouldLeave(): Fault {
  const say =
    'The app’s credential is in a place from which it cannot be removed. Send it only in a header, a query value or Basic.'
  return new Fault('INVALID_REQUEST', 'a token of ours would have left with the request', { say })
}

function holdsEncoded(text: string): boolean {
  if (!ENCODED_MARKS.some((mark) => text.includes(mark))) return false
  // The encoded text may begin at any character of a word.
  return [...text.matchAll(ENCODED_WORD)].some(([word]) =>
    [0, 1, 2, 3].some((at) => tokensIn(Buffer.from(word.slice(at), 'base64').toString('latin1')).length > 0),
  )
}

function basicText(value: string): string | undefined {
  if (!mayBeBasic(value.charCodeAt(0))) return undefined
  const encoded = BASIC.exec(value)?.[1]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1')
}

/**
 * Blanks may stand in front. A value that begins with any other visible character than a B is ruled out without a
 * search.
 */
function mayBeBasic(first: number): boolean {
  return first <= 0x20 || first > 0x7e || (first | 0x20) === 0x62
}
