/**
 * Characters on which terminals act: control characters (including C1), and those that change the direction of text.
 */
const OBEYED = /[\p{Cc}\p{Bidi_Control}]/gu
/** Those of them that JSON does not escape. */
const OBEYED_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}]/gu

const NAMED_MAX = 20

/**
 * Makes a word safe for a terminal if somebody else may have chosen it, as in a restored archive: it stays on one line
 * and no terminal acts on it.
 */
export function shownWord(word: string): string {
  return word.replace(OBEYED, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same for a text whose line breaks are the program's own. */
export function shownText(text: string): string {
  return text.split('\n').map(shownWord).join('\n')
}

/** The message of whatever ended a program, safe for a terminal. */
export function shownError(thrown: unknown): string {
  return shownText(thrown instanceof Error ? thrown.message : String(thrown))
}

/** The same for JSON, whose meaning does not change: JSON escapes the other characters already. */
export function shownJson(json: string): string {
  return json.replace(OBEYED_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A list of names for a sentence, shortened to the first ones, because others decide how many there are. */
export function shownNames(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).map(shownWord).join(', ')
  return names.length > NAMED_MAX ? `${named} and ${names.length - NAMED_MAX} more` : named
}
