/**
 * How many links a row says that there are; somebody may have altered it. A count beyond what JavaScript tells apart
 * becomes the highest that it does: no chain has so many links, and a verdict must still be given.
 */
export const countOf = (stored: string): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(stored)))

/**
 * A head, a digest or a signature. One that somebody removed becomes empty bytes, which equal nothing, so that a
 * verdict can say so.
 */
export const bytesOf = (stored: Buffer | null): Buffer => stored ?? NOTHING
const NOTHING = Buffer.alloc(0)
