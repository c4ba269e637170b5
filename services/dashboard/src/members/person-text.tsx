import { Text } from '@mantine/core'
import type { User } from '../api/types.js'

/** Who somebody is. The e-mail address comes first: everybody chooses their own name, and it may imitate another person. */
export function PersonText({ email, name }: Pick<User, 'email' | 'name'>) {
  return (
    <div>
      <Text size="sm" style={{ wordBreak: 'break-all' }}>
        {email}
      </Text>
      <Text size="xs" c="dimmed" style={{ wordBreak: 'break-word' }}>
        {name}
      </Text>
    </div>
  )
}
