import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.js'
import { Dialog } from './dialog.js'

interface ShownOnceProps {
  readonly title: string
  /** Such as "debug token". */
  readonly what: string
  readonly value: string
  /** What to do with it. */
  readonly children?: ReactNode
  readonly onDone: () => void
}

/**
 * A credential that the API answers once. It is in no address, no storage and no cache of the page. Only "Done" closes
 * the dialog, because a slip would lose it.
 */
export function ShownOnce({ title, what, value, children, onDone }: ShownOnceProps) {
  return (
    <Dialog title={title} size="lg" isHeld onClose={onDone}>
      <Stack>
        <Alert color="yellow" variant="light" title={`Copy the ${what} now`}>
          It is not shown again. If it gets lost, make another one. Who has it can use it: treat it like a password.
        </Alert>
        <Code block style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}>
          {value}
        </Code>
        {children === undefined ? null : <Text size="sm">{children}</Text>}
        <Group justify="flex-end">
          <CopyButton variant="default" value={value} />
          <Button data-autofocus onClick={onDone}>
            Done
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
