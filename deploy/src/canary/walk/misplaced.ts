/** Letters, digits, `_` and `-`: a name, a slug or an id has no others. */
const NAME = /^[\w-]+$/

/**
 * A value for where a name or an id belongs. What could be one is taken for one: it is looked up, and told to whoever sent
 * it. So it is given a dot, which makes it none.
 */
export function misplaced(value: string): string {
  return NAME.test(value) ? `${value}.` : value
}
