import { Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface PageHeadProps {
  readonly title: string
  /** One sentence on what the page is for. */
  readonly about?: ReactNode
  /** Buttons, at the right. */
  readonly children?: ReactNode
}

/** What every page begins with. Also names the document, for tabs and screen readers. */
export function PageHead({ title, about, children }: PageHeadProps) {
  return (
    <Group justify="space-between" align="flex-start" mb="lg">
      <title>{`${title} · ProtectMyAPI`}</title>
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        {about === undefined ? null : (
          <Text c="dimmed" size="sm" maw={640}>
            {about}
          </Text>
        )}
      </div>
      {children === undefined ? null : <Group>{children}</Group>}
    </Group>
  )
}
