import { createHash } from 'node:crypto'

const DIGEST_CHARS = 16

/**
 * The fact that a secret has this value. The digest tells versions apart without revealing the value, which is random.
 */
export function valueFact(value: string): string {
  return `value:${createHash('sha256').update(value).digest('hex').slice(0, DIGEST_CHARS)}`
}

/** Any other fact that requests rest on, named by the id of its subject. */
export function fact(
  kind:
    | 'org'
    | 'app'
    | 'app-token'
    | 'service'
    | 'paths'
    | 'link'
    | 'debug-token'
    | 'device'
    | 'session'
    | 'session-keys',
  id: string,
): string {
  return `${kind}:${id}`
}
