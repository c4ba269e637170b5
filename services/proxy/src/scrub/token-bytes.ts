/**
 * The characters that keys are made of, in clear, URL-encoded, JSON-escaped or base64. Not included: blanks, line ends,
 * quotes, brackets, comma, semicolon. So an event of a stream, which ends with a line break, never ends within a run of
 * them.
 */
const TOKEN_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=%\\:|@!$*&#^'

const isToken = new Uint8Array(256)
for (const byte of Buffer.from(TOKEN_CHARACTERS, 'latin1')) isToken[byte] = 1

/** Where the run that ends at `to` begins; searches no further down than `from`. */
export function runBefore(bytes: Uint8Array, from: number, to: number): number {
  let at = to
  while (at > from && isToken[bytes[at - 1] ?? 0] === 1) at -= 1
  return at
}

/** Where the run that begins at `from` ends. */
export function runAfter(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && isToken[bytes[at] ?? 0] === 1) at += 1
  return at
}

/**
 * Shorter runs hold no value that is searched for. The bound is the same for all values, so what is skipped reveals
 * nothing about any of them.
 */
export const LONG_RUN = 16

/** All of them are ASCII. */
export function isTokenByte(byte: number): boolean {
  return isToken[byte] === 1
}
