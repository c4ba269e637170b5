import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

export interface Column<Item> {
  readonly head: string
  readonly cell: (item: Item) => ReactNode
  /** Of figures, so that they stand below each other by their digits. */
  readonly isNumber?: boolean
}

interface RowTableProps<Item> {
  /** What the table shows, for screen readers. */
  readonly label: string
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly columns: readonly Column<Item>[]
  /** In pixels; higher ones scroll. */
  readonly maxHeight?: number
}

/** Items as rows. What is wider than the page, or higher than it may be, scrolls. */
export function RowTable<Item>({ label, items, keyOf, columns, maxHeight }: RowTableProps<Item>) {
  return (
    // Who has no mouse scrolls with the arrow keys.
    <Table.ScrollContainer
      minWidth={600}
      {...(maxHeight === undefined ? {} : { maxHeight })}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
    >
      <Table verticalSpacing="sm" aria-label={label} stickyHeader={maxHeight !== undefined}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ head, isNumber }) => (
              <Table.Th key={head} ta={isNumber ? 'right' : undefined}>
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={keyOf(item)}>
              {columns.map(({ head, cell, isNumber }) => (
                <Table.Td key={head} {...(isNumber ? FIGURE : {})}>
                  {cell(item)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

const FIGURE = { ta: 'right', style: { fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' } } as const
