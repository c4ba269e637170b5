/** What terminals obey: control characters (C1 too), and those that turn the direction of text. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}]/gu
/** Those of them that JSON leaves as they are. */
const OBEYED_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}]/gu

const NAMED_MAX = 20

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

/** The same of JSON, which stays the same JSON: it has the others escaped already. */
export function shownJson(json: string): string {
  return json.replace(OBEYED_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A list of names in a sentence, the first of them: their number is for others to choose. */
export function shownNames(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).map(shownWord).join(', ')
  return names.length > NAMED_MAX ? `${named} and ${names.length - NAMED_MAX} more` : named
}
