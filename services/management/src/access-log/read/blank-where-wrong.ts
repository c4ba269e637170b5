import { z } from 'zod'

/**
 * Entries as jsonb gives them back. One that somebody wrote by hand must not keep a page of others from their reader: what
 * has another shape is blank, and `verify` names the entry.
 */
export function blankWhereWrong<Shape extends z.core.$ZodShape>(
  entry: z.ZodObject<Shape>,
): z.ZodCatch<z.ZodObject<Shape>> {
  return entry.catch(() => entry.parse({}))
}

export const TEXT = z.string().catch('')

/** Ids, and names at the time. */
export const NAMED = z.array(z.object({ id: TEXT, name: TEXT })).catch([])
