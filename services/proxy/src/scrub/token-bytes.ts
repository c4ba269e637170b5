/**
 * The characters that keys are made of, in clear, URL-encoded, JSON-escaped or base64. Not among them: blanks, line ends,
 * quotes, brackets, comma, semicolon. So an event of a stream, which ends with a line, ends no run of them.
 */
const TOKEN_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=%\\:|@!$*&#^'

const isToken = new Uint8Array(256)
for (const byte of Buffer.from(TOKEN_CHARACTERS, 'latin1')) isToken[byte] = 1

export function isTokenAt(bytes: Uint8Array, at: number): boolean {
  return isToken[bytes[at] ?? 0] === 1
}

/** Where the run that ends at `to` begins, looked for down to `from`. */
export function runBefore(bytes: Uint8Array, from: number, to: number): number {
  let at = to
  while (at > from && isTokenAt(bytes, at - 1)) at -= 1
  return at
}

/** Where the run that begins at `from` ends. */
export function runAfter(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && isTokenAt(bytes, at)) at += 1
  return at
}
