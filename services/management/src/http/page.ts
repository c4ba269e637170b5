import { type IdKind, isId } from '@protectmyapi/service-kit/ids'
import { z } from 'zod'

/** Items in one page. */
const PAGE_LIMITS = { max: 100, default: 50 } as const

const CURSOR = /^[A-Za-z0-9_-]{1,300}$/
/** The text inside a cursor that management made: an id, a slug, a number or a time. */
const PLACE = /^[\x20-\x7e]{1,200}$/

const WRONG_CURSOR = 'Give the cursor exactly as `next` returned it.'

/** Opaque: its content may change from one release to the next. It grants no access, and is checked like any text. */
const cursorOf = (isPlace: (text: string) => boolean) =>
  z
    .string()
    .regex(CURSOR, WRONG_CURSOR)
    .transform((text, context) => {
      const place = Buffer.from(text, 'base64url').toString('utf8')
      if (PLACE.test(place) && isPlace(place)) return place
      context.addIssue({ code: 'custom', message: WRONG_CURSOR })
      return z.NEVER
    })

/**
 * `?limit` and `?cursor` of a list.
 *
 * @param isPlace whether this list's `placeOf` may have made the text. With a cursor of another list, this one would
 * silently show too little or start over.
 */
export const pageQuery = (isPlace: (text: string) => boolean) =>
  z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.max).default(PAGE_LIMITS.default),
    cursor: cursorOf(isPlace).optional(),
  })

/** The same for a list that is ordered by the ids of its items. */
export const pageById = (kind: IdKind) => pageQuery((text) => isId(kind, text))

/** The answer of a list: `next` is the cursor of the page after this one, null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

/**
 * Cuts a page from rows that were queried with `limit` + 1. The extra row shows that there is a next page.
 *
 * @param placeOf the place of a row in the list; the next page begins after the place of this page's last row.
 */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => string,
  present: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items: page.map(present), next: more ? Buffer.from(placeOf(last), 'utf8').toString('base64url') : null }
}
