import { ownCopy } from '@protectmyapi/service-kit/own-copy'

const LIMITS = {
  /** Names that are remembered. Providers and SDKs use some hundred. */
  namesMax: 1_024,
  /** Longer names are invented ones, and are not remembered. */
  nameCharsMax: 64,
} as const

/**
 * Remembers what a header field's name says by itself, by the name as it was spelt. A client that invents names has
 * them all forgotten now and then, which costs time and nothing else.
 */
export function nameMemo<Told>(tell: (name: string) => Told): (name: string) => Told {
  const known = new Map<string, Told>()
  return (name) => {
    const told = known.get(name)
    if (told !== undefined) return told
    const fresh = tell(name)
    if (name.length > LIMITS.nameCharsMax) return fresh
    if (known.size >= LIMITS.namesMax) known.clear()
    // Names of answers are cut out of the text of a whole head.
    known.set(ownCopy(name), fresh)
    return fresh
  }
}
