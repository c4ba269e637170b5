/**
 * The characters that keys are made of, in clear, URL-encoded, JSON-escaped or base64. Not among them: blanks, line ends,
 * quotes, brackets, comma, semicolon. So an event of a stream, which ends with a line, ends no run of them.
 */
const TOKEN_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=%\\:|@!$*&#^'
const isToken = new Uint8Array(256)
for (const byte of Buffer.from(TOKEN_CHARACTERS, 'latin1')) isToken[byte] = 1
/** Where the run that ends at `to` begins, looked for down to `from`. */
export function runBefore(bytes, from, to) {
  let at = to
  while (at > from && isToken[bytes[at - 1] ?? 0] === 1) at -= 1
  return at
}
/** Where the run that begins at `from` ends. */
export function runAfter(bytes, from) {
  let at = from
  while (at < bytes.length && isToken[bytes[at] ?? 0] === 1) at += 1
  return at
}
/** The least run that `nextLongRun` looks for. */
export const LONG_RUN = 16
/** Bytes that are looked at in one step: branches that cannot be foreseen cost more than looking. */
const STEP = 4 * LONG_RUN
/**
 * A byte of the next run that may be as long as LONG_RUN, looked for at every sixteenth byte from `from` on; `to` where
 * there is none. `from` is at least half of such a run behind the first byte. Of a picture this is all that is done.
 */
export function nextLongRun(bytes, from, to) {
  let at = from
  while (at < to - STEP) {
    const near = reaches(bytes, at) | reaches(bytes, at + LONG_RUN)
    const far = reaches(bytes, at + 2 * LONG_RUN) | reaches(bytes, at + 3 * LONG_RUN)
    if ((near | far) !== 0) break
    at += STEP
  }
  while (at < to - LONG_RUN && reaches(bytes, at) === 0) at += LONG_RUN
  while (at < to && isToken[bytes[at] ?? 0] === 0) at += LONG_RUN
  return Math.min(at, to)
}
/** A long run around a byte reaches half of its length to one side at least, and half of that as well. */
function reaches(bytes, at) {
  const left = (isToken[bytes[at - 4] ?? 0] ?? 0) & (isToken[bytes[at - 8] ?? 0] ?? 0)
  const right = (isToken[bytes[at + 4] ?? 0] ?? 0) & (isToken[bytes[at + 8] ?? 0] ?? 0)
  return (isToken[bytes[at] ?? 0] ?? 0) & (left | right)
}
//# sourceMappingURL=token-bytes.js.map
