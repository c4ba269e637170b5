import { canonicalJson } from '../http/canonical-json.js'

/**
 * The canonical form of JSON that Postgres printed. If a number is printed differently from how a genuine one is (`1.0`
 * for `1`, or digits that JavaScript does not tell apart), somebody else wrote it, although it reads as the same. The
 * result is then not JSON, and no canonical form of anything. The same holds for text that is not JSON, or is nested so
 * deep that it cannot be written: genuine entries never are.
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

/**
 * Does not match the plainest numbers, of up to 15 digits and without a point, which nearly all are. Checking each
 * number costs far more.
 */
const MAY_BE_STRANGE = /(?:^|[ [])-?(?:\d+\.|\d{16})/

function hasStrangeNumber(printed: string): boolean {
  for (const [token] of printed.matchAll(STRING_OR_NUMBER))
    if (!token.startsWith('"') && token !== printedNumber(Number(token))) return true
  return false
}

/** Matches strings too, so that digits inside them are passed over. */
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
