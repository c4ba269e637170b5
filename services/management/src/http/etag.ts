import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/**
 * The ETag of a representation: strong, since equal tags mean equal members. It is a digest of what is shown and of
 * nothing else, so every change of the answer to a credential changes the tag. Renaming a secret, for example, changes the tags of the
 * services that name it. What is shown never holds the value of a secret.
 */
export function etagOf(shown: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(shown)).digest('base64url')}"`
}
