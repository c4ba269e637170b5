/**
 * JSON with the members of every object sorted, so that values that are equal give equal texts. Used for digests.
 * Otherwise it is JSON.stringify: a Date becomes its text, and a member that is undefined is left out.
 */
export function canonicalJson(value: unknown): string {
  // A sorted copy, then the engine's own writer: building the text here costs four times as much.
  return JSON.stringify(sorted(value ?? null))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value).sort()) {
    // Assigning to `__proto__` would drop the member, and an alteration that adds one would go unseen.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: sorted(value[name]), enumerable: true })
    else copy[name] = sorted(value[name])
  }
  return copy
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Date)
