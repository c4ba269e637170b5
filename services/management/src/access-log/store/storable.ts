/** Matches almost every text. Checking each character, as below, costs ten times as much. */
const PLAIN = /^[ -~]*$/

/**
 * Replaces NUL and halves of surrogate pairs, because Postgres stores neither: one of them fails the whole statement,
 * and everything else in it.
 */
export function storable(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll('\u0000', '\ufffd').replaceAll(/\p{Cs}/gu, '\ufffd')
}
