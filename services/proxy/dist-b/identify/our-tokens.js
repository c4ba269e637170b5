import { decodePercent } from './raw-query.js'

/** Every kind of token of ours begins so, and no provider's key does. */
const OURS = /pma_(?:app|ses|dbg|pat|inv|web|set)_[A-Za-z0-9_.-]*/g
const MARK = 'pma_'
/** RFC 7617. The scheme is case-insensitive. */
const BASIC = /^\s*basic\s+([A-Za-z0-9+/_-]+={0,2})\s*$/i
const NONE = []
const LIMITS = {
  /** Encodings on top of each other that are looked through for tokens of ours. */
  decodingsMax: 3,
}
/** The tokens of ours in a header value: anywhere in it, or in the user or password of Basic. */
export function tokensInHeader(value) {
  if (value.includes(MARK)) return tokensIn(value)
  const basic = basicText(value)
  return basic === undefined ? NONE : tokensIn(basic)
}
/** The tokens of ours in a text that was decoded already. */
export function tokensIn(text) {
  return text.includes(MARK) ? (text.match(OURS) ?? NONE) : NONE
}
/** Is one of ours in this text, in clear or percent-encoded? */
export function holdsOurs(text) {
  let decoded = text
  for (let round = 0; round <= LIMITS.decodingsMax; round += 1) {
    if (tokensIn(decoded).length > 0) return true
    if (!decoded.includes('%')) return false
    decoded = decodePercent(decoded)
  }
  return false
}
/** The same of a header value, which may be Basic. */
export function headerHoldsOurs(value) {
  if (holdsOurs(value)) return true
  const basic = basicText(value)
  return basic !== undefined && holdsOurs(basic)
}
function basicText(value) {
  if (!mayBeBasic(value.charCodeAt(0))) return undefined
  const [, encoded] = BASIC.exec(value) ?? []
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1')
}
/** Blanks may stand in front; what begins with any other visible character than a B is told apart without a search. */
function mayBeBasic(first) {
  return first <= 0x20 || first > 0x7e || (first | 0x20) === 0x62
}
//# sourceMappingURL=our-tokens.js.map
