import { Center, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface FrontPageProps {
  readonly title: string
  readonly about?: ReactNode
  readonly children: ReactNode
}

/** Around the pages for people who are not signed in yet. */
export function FrontPage({ title, about, children }: FrontPageProps) {
  return (
    <Center mih="100vh" p="md" component="main">
      <title>{`${title} · ProtectMyAPI`}</title>
      <Paper withBorder shadow="sm" p="xl" w={420} maw="100%">
        <Stack>
          <Text size="sm" fw={700} c="dimmed">
            ProtectMyAPI
          </Text>
          <Title order={1} size="h2">
            {title}
          </Title>
          {about === undefined ? null : (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
          {children}
        </Stack>
      </Paper>
    </Center>
  )
}
