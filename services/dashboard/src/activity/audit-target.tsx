import { Text } from '@mantine/core'
import type { AuditEntry, User } from '../api/types.js'
import { targetName } from './event-words.js'

interface AuditTargetProps {
  readonly entry: AuditEntry
  readonly members: ReadonlyMap<string, User> | undefined
}

/** What was changed: its name at that time, or the member's address, and its id. */
export function AuditTarget({ entry: { event, targetId, details }, members }: AuditTargetProps) {
  // Whoever accepted an invitation is in its details.
  const member = members?.get(targetId ?? '') ?? members?.get(String(details.user))
  return (
    <>
      {member?.email ?? targetName(event, details)}
      <Text size="xs" c="dimmed" ff="monospace">
        {targetId}
      </Text>
    </>
  )
}
