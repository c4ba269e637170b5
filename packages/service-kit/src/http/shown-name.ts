/** A name as people give to fields; keys contain digits or are longer. */
const NAME = /^[A-Za-z_][A-Za-z_-]{0,31}$/

/**
 * The name of a field that a client sent, as far as it may be repeated to the client and in a log. If a secret's value
 * may have been put in the place of a name, the result is `*`.
 */
export function shownName(name: string): string {
  return NAME.test(name) ? name : '*'
}
