import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'

interface ShownOnceProps {
  /** Such as "debug token". */
  readonly what: string
  readonly value: string
  readonly onDone: () => void
}

/** A credential that the API answers once. It is in no address, no storage and no cache of the page. */
export function ShownOnce({ what, value, onDone }: ShownOnceProps) {
  return (
    <Stack>
      <Alert color="yellow" variant="light" title={`Copy the ${what} now`}>
        It is not shown again. If it gets lost, make another one.
      </Alert>
      <Code block style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}>
        {value}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>Done</Button>
      </Group>
      <Text size="xs" c="dimmed">
        Who has it can use it: treat it like a password.
      </Text>
    </Stack>
  )
}
