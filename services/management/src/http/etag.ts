import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/**
 * The ETag of a representation: strong, since equal tags mean equal members. It is made of what is shown and of nothing
 * else, so whatever changes the answer changes the tag; that a secret was renamed, for one, changes the tags of the
 * services that name it. What is shown holds no value of a secret.
 */
export function etagOf(shown: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(shown)).digest('base64url')}"`
}
