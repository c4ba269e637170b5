/**
 * How many links somebody's row says that there are. Of more than JavaScript tells apart it answers the most that it does:
 * no chain has so many, and a verdict has to be one.
 */
export const countOf = (stored: string): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(stored)))

/** A head, a digest or a signature. What somebody took out is nobody's: it equals nothing, and a verdict has to say so. */
export const bytesOf = (stored: Buffer | null): Buffer => stored ?? NOTHING
const NOTHING = Buffer.alloc(0)
