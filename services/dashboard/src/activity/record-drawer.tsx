import { Drawer, Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFocusBack } from '../kit/use-focus-back.js'

interface RecordDrawerProps {
  /** What kind of entry it is. */
  readonly title: string
  readonly fields: readonly (readonly [name: string, value: ReactNode])[]
  /** Above the fields: what they mean. */
  readonly children?: ReactNode
  readonly onClose: () => void
}

/** All that is on record in one entry. */
export function RecordDrawer({ title, fields, children, onClose }: RecordDrawerProps) {
  useFocusBack()
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
      <Table variant="vertical" aria-label={title} layout="fixed">
        <Table.Tbody>
          {fields.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={140} scope="row">
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Drawer>
  )
}
