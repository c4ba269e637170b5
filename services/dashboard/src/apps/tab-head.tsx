import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface TabHeadProps {
  /** What the tab shows. */
  readonly about: string
  /** A button, at the right. */
  readonly children?: ReactNode
}

/** What a tab of an app's page begins with. */
export function TabHead({ about, children }: TabHeadProps) {
  return (
    <Group justify="space-between" mb="sm">
      <Text size="sm" c="dimmed" maw={640}>
        {about}
      </Text>
      {children}
    </Group>
  )
}
