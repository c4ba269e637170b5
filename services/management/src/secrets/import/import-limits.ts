export const IMPORT_LIMITS = {
  /** Half of the largest body, because JSON doubles quotes and line ends. */
  textCharsMax: 128 * 1024,
  /** Including blank lines and comments. */
  linesMax: 2_000,
  /** Each entry is a write of its own at the vault, and a line of the answer. */
  entriesMax: 200,
  /** Lines not begun by then are refused, for another import: load balancers usually wait no longer than this. */
  beginWithinMs: 40_000,
} as const
