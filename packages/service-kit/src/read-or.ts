/** What is read; while that throws, as in the middle of a change, what is held. */
export function readOr(held: string, read: () => string): string {
  try {
    return read()
  } catch {
    return held
  }
}
