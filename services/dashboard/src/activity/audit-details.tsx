import { Button, Code, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { AuditEntry } from '../api/types.js'

/** The rest of an entry, opened on demand. Details are names and ids, never a value. */
export function AuditDetails({ entry }: { readonly entry: AuditEntry }) {
  const [isOpen, { toggle }] = useDisclosure()
  const { id, event, requestId, details, actor } = entry
  const shown = { ...details, event, entry: id, request: requestId, ...(actor.token ? { token: actor.token } : {}) }
  return (
    <Stack gap={4} align="flex-start">
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={isOpen}
        aria-label={`Details of ${id}`}
        onClick={toggle}
      >
        {isOpen ? 'Hide' : 'Show'}
      </Button>
      {isOpen ? (
        <Code block maw={420} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {JSON.stringify(shown, null, 2)}
        </Code>
      ) : null}
    </Stack>
  )
}
