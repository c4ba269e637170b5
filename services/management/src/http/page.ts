import { z } from 'zod'

/** Items in one page. */
const PAGE_LIMITS = { max: 100, default: 50 } as const

/** `?limit` and `?cursor` of every list. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.max).default(PAGE_LIMITS.default),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,200}$/, 'Give the cursor as `next` named it.')
    .optional(),
})
export type PageQuery = z.output<typeof PageQuery>

/** The answer of a list: `next` is the cursor of the page after this one, null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

/**
 * Cuts a page from rows of which one more than `limit` was asked for.
 *
 * @param cursorOf what the next page begins after, of a row.
 */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  present: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(present), next: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}
