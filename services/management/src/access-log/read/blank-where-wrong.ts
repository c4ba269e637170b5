import { z } from 'zod'

/**
 * Reads entries as jsonb returns them. An entry that somebody wrote by hand must not hide a page of others from its
 * reader, so anything of the wrong shape is left blank. `verify` names the entry.
 */
export function blankWhereWrong<Shape extends z.core.$ZodShape>(
  entry: z.ZodObject<Shape>,
): z.ZodCatch<z.ZodObject<Shape>> {
  return entry.catch(() => entry.parse({}))
}

export const TEXT = z.string().catch('')

/** Ids, and the names at the time of the request. */
export const NAMED = z.array(z.object({ id: TEXT, name: TEXT })).catch([])
