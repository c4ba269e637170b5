/** A name as people give them to fields; keys have digits in them, or are longer. */
const NAME = /^[A-Za-z_][A-Za-z_-]{0,31}$/

/**
 * The name of a field that somebody sent, as far as it may be repeated to them and to a log: who puts a secret's value
 * where a name belongs is answered `*`.
 */
export function shownName(name: string): string {
  return NAME.test(name) ? name : '*'
}
