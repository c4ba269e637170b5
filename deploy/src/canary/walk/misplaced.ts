/** Names, slugs and ids consist of letters, digits, `_` and `-` only. */
const NAME = /^[\w-]+$/

/**
 * A value for a place that expects a name or an id. If the value could be one, it would be looked up, and repeated to
 * the sender in the refusal. A dot is therefore appended, which makes it invalid as a name.
 */
export function misplaced(value: string): string {
  return NAME.test(value) ? `${value}.` : value
}
