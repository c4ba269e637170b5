import { createHash } from 'node:crypto'

const DIGEST_CHARS = 16

/** The fact that a secret has this value. A digest tells versions apart, and nobody the value: it is random. */
export function valueFact(value: string): string {
  return `value:${createHash('sha256').update(value).digest('hex').slice(0, DIGEST_CHARS)}`
}

/** Another fact that requests rest on, by the id of what it is about. */
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
