/**
 * Cuts a query, as it was sent, into pairs that are kept or dropped whole. Kept pairs are never re-encoded, so that a
 * signature over the query, or an encoding that only the provider knows, survives.
 */
export function filterQuery(query: string, keep: (name: string, value: string) => boolean): string | null {
  let kept: string | null = null
  for (const { separator, text } of pairsOf(query)) {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    const value = equals < 0 ? '' : text.slice(equals + 1)
    if (!keep(decodeQuery(name), decodeQuery(value))) continue
    kept = kept === null ? text : kept + separator + text
  }
  return kept
}

/** Some servers also split at semicolons (HTML 4.01 § B.2.2), so `a=1;key=x` holds a `key` for them. */
function pairsOf(query: string): { separator: string; text: string }[] {
  const parts = query.split(/([&;])/)
  const pairs: { separator: string; text: string }[] = []
  for (let at = 0; at < parts.length; at += 2) pairs.push({ separator: parts[at - 1] ?? '', text: parts[at] ?? '' })
  return pairs
}

/** Decodes as servers do: `+` is a space, and an invalid escape stays as it is. */
export function decodeQuery(text: string): string {
  return decodePercent(text.replaceAll('+', ' '))
}

/** One round; bytes as latin1, which is enough to find ASCII in them. */
export function decodePercent(text: string): string {
  // Most texts have none, and looking for one costs a third of the search.
  if (!text.includes('%')) return text
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
