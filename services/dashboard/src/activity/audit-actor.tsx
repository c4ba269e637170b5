import { Badge, Group, Text } from '@mantine/core'
import type { AuditEntry, User } from '../api/types.js'

interface AuditActorProps {
  readonly actor: AuditEntry['actor']
  readonly members: ReadonlyMap<string, User> | undefined
}

/** Who did it: a member by name, else what is known of them. */
export function AuditActor({ actor: { kind, id, token }, members }: AuditActorProps) {
  const member = members?.get(id)
  return (
    <>
      <Group gap="xs">
        <span>{member?.name ?? KINDS[kind]}</span>
        {token === null ? null : (
          <Badge variant="light" size="sm" tt="none" title={`Personal access token ${token}`}>
            by token
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {member?.email ?? id}
      </Text>
    </>
  )
}

const KINDS: Readonly<Record<AuditEntry['actor']['kind'], string>> = {
  user: 'a former member',
  system: 'the system',
  device: 'a device',
}
