/** A cache key of several fields. Injective: each is preceded by its length, so ('ab', 'c') is never ('a', 'bc'). */
export function keyOf(...fields) {
  let key = ''
  for (const field of fields) key += `${field.length}:${field}`
  return key
}
//# sourceMappingURL=key-of.js.map
