const LIMITS = {
  /** Names that are remembered: providers and SDKs use some hundred. */
  namesMax: 1_024,
  /** Longer ones are made up. */
  nameCharsMax: 64,
}
/**
 * What a header field's name says by itself, remembered by the name as it was spelt. Whoever makes up names has them
 * all forgotten now and then, which costs time and nothing else.
 */
export function nameMemo(tell) {
  const known = new Map()
  return (name) => {
    const told = known.get(name)
    if (told !== undefined) return told
    const fresh = tell(name)
    if (name.length > LIMITS.nameCharsMax) return fresh
    if (known.size >= LIMITS.namesMax) known.clear()
    known.set(name, fresh)
    return fresh
  }
}
//# sourceMappingURL=name-memo.js.map
