import { createHash } from 'node:crypto'

/**
 * The ETag of a representation: strong, since equal tags mean equal bytes. It is made of what is shown and of nothing
 * else, so whatever changes the answer changes the tag; that a secret was renamed, for one, changes the tags of the
 * services that name it. What is shown holds no value of a secret.
 */
export function etagOf(shown: unknown): string {
  return `"${createHash('sha256')
    .update(JSON.stringify(sorted(shown)))
    .digest('base64url')}"`
}

/** Members in one order: a use case and a route's schema need not agree on it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  )
}
