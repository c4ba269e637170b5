import { canonicalJson } from '../http/canonical-json.js'

/**
 * The canonical form of JSON that Postgres printed. A number that it does not print as it prints ours
 * (`1.0` for `1`, or digits that JavaScript does not tell apart) was written by somebody else, and reads as the same:
 * then the answer is no JSON, and no canonical form of anything. So it is where there is none, or where it is nested so
 * deep that it cannot be written: ours never is.
 */
export function storedJson(printed: string): string {
  const ofNobody = `!${printed}`
  try {
    if (MAY_BE_STRANGE.test(printed) && hasStrangeNumber(printed)) return ofNobody
    return canonicalJson(JSON.parse(printed))
  } catch {
    return ofNobody
  }
}

/** Not in the plainest numbers, which nearly all are: up to 15 digits, and no point. Looking at each costs far more. */
const MAY_BE_STRANGE = /(?:^|[ [])-?(?:\d+\.|\d{16})/

function hasStrangeNumber(printed: string): boolean {
  for (const [token] of printed.matchAll(STRING_OR_NUMBER))
    if (!token.startsWith('"') && token !== printedNumber(Number(token))) return true
  return false
}

/** Strings are passed over, whatever digits they hold. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*/g

/** As `numeric` prints what JSON.stringify writes: without an exponent. */
function printedNumber(value: number): string {
  const [digits = '', exponent] = String(value).split('e')
  if (exponent === undefined) return digits
  const sign = digits.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = digits.slice(sign.length).split('.')
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${whole}${fraction}`
  return sign + `${whole}${fraction}`.padEnd(point, '0')
}
