import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface FactProps {
  readonly name: string
  readonly children: ReactNode
}

/** What is so about one thing, with its name above. */
export function Fact({ name, children }: FactProps) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <div>{children}</div>
    </div>
  )
}
