import { type InfiniteData, infiniteQueryOptions, type QueryKey } from '@tanstack/react-query'

/** One page of a list, as every list of the API answers it. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Null on the last page. */
  readonly next: string | null
}

/** `{ limit, cursor? }`, the query of every list. */
export interface PageQuery {
  readonly limit: number
  readonly cursor?: string
}

const PER_PAGE = 50

/** A list as a query that fetches page after page. */
export function listOptions<Item>(queryKey: QueryKey, fetchPage: (query: PageQuery) => Promise<Page<Item>>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) =>
      fetchPage(pageParam === undefined ? { limit: PER_PAGE } : { limit: PER_PAGE, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }: Page<Item>) => next ?? undefined,
    select: (data: InfiniteData<Page<Item>, string | undefined>) => data.pages.flatMap(({ items }) => items),
  })
}

/** For choices, such as the secrets that a service may use. The API's limits keep such lists below some hundreds. */
export async function everyItem<Item>(fetchPage: (query: PageQuery) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = []
  let cursor: string | undefined
  do {
    const page = await fetchPage(cursor === undefined ? { limit: PER_PAGE } : { limit: PER_PAGE, cursor })
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}
