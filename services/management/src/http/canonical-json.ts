/** JSON in which members stand in one order: equal texts, equal meanings. For digests. */
export function canonicalJson(value: unknown): string {
  // Once through JSON first: a Date is its text from here on.
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value ?? null))))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}
