/** Returns what `read` returns, or `held` if it throws, as in the middle of a change. */
export function readOr(held: string, read: () => string): string {
  try {
    return read()
  } catch {
    return held
  }
}
