/** What almost every text is made of: the look at each character that follows costs ten times as much. */
const PLAIN = /^[ -~]*$/

/** Postgres stores neither NUL nor half a surrogate pair: one of them spoils the statement for all that is beside it. */
export function storable(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll('\u0000', '\ufffd').replaceAll(/\p{Cs}/gu, '\ufffd')
}
