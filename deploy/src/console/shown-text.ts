/** What terminals obey: control characters (C1 too), and those that turn the direction of text. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}]/gu

/** A word that somebody else may have chosen, as of a restored archive, for a terminal: on one line, obeyed nowhere. */
export function shownWord(word: string): string {
  return word.replace(OBEYED, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same of a text that has lines of ours. */
export function shownText(text: string): string {
  return text.split('\n').map(shownWord).join('\n')
}

/** What is said of whatever ended a program. */
export function shownError(thrown: unknown): string {
  return shownText(thrown instanceof Error ? thrown.message : String(thrown))
}
