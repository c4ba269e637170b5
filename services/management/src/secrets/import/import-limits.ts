export const IMPORT_LIMITS = {
  /** Half of the largest body: JSON doubles quotes and line ends. */
  textCharsMax: 128 * 1024,
  /** Blank ones and comments too. */
  linesMax: 2_000,
  /** Each is a write of its own at the vault, and a line of the answer. */
  entriesMax: 200,
  /** Lines that are not begun by then are left for another import: load balancers wait no longer than this as a rule. */
  beginWithinMs: 40_000,
} as const
