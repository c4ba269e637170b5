/** A cache key of several fields. Injective: JSON escapes what would part them, so ('ab', 'c') is never ('a', 'bc'). */
export function keyOf(...fields: readonly string[]): string {
  return JSON.stringify(fields)
}
