import { Button, Center, Group, Loader, Text } from '@mantine/core'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ProblemAlert } from './problem-alert.js'
import { type Column, RowTable } from './row-table.js'

interface ItemTableProps<Item> {
  /** What the table shows, for screen readers. */
  readonly label: string
  /** Of `listOptions`. */
  readonly list: UseInfiniteQueryResult<Item[]>
  readonly keyOf: (item: Item) => string
  readonly columns: readonly Column<Item>[]
  /** Shown where there are none: how to make the first one. */
  readonly empty: ReactNode
  /** Leaves out what was fetched and is not looked for. */
  readonly filter?: ((item: Item) => boolean) | undefined
}

/** A list of the API as a table, with its further pages. */
export function ItemTable<Item>({ label, list, keyOf, columns, empty, filter }: ItemTableProps<Item>) {
  if (list.isPending) {
    return (
      <Center py="xl">
        <Loader aria-label={`Loading: ${label}`} />
      </Center>
    )
  }
  if (list.data === undefined) return <NoList list={list} />
  const shown = filter ? list.data.filter(filter) : list.data
  return (
    <>
      {list.isError ? <NoList list={list} /> : null}
      {shown.length === 0 ? (
        <Text c="dimmed" py="lg">
          {list.data.length === 0 ? empty : 'Nothing of what is shown fits.'}
        </Text>
      ) : (
        <RowTable label={label} items={shown} keyOf={keyOf} columns={columns} />
      )}
      {list.hasNextPage ? (
        <Center pt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </Center>
      ) : null}
    </>
  )
}

/** What was fetched before stays below it. */
function NoList({ list }: { readonly list: Pick<UseInfiniteQueryResult, 'error' | 'isFetching' | 'refetch'> }) {
  return (
    <>
      <ProblemAlert problem={list.error} />
      <Group py="sm">
        <Button variant="default" loading={list.isFetching} onClick={() => void list.refetch()}>
          Try again
        </Button>
      </Group>
    </>
  )
}
