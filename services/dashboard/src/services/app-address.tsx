import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import type { Service } from '../api/types.js'
import { appPath, clientExample } from './client-example.js'

/** What the app's code has to say in place of the provider's address. */
export function AppAddress({ service }: { readonly service: Service }) {
  const path = appPath(service.slug)
  const example = clientExample(service)
  return (
    <Stack gap="xs" maw={860}>
      <Title order={2} size="h4">
        How apps call it
      </Title>
      <Group gap="xs">
        <Text size="sm">
          Base URL of the app: your proxy’s address, then <Code>{path}</Code>
        </Text>
        <Copy label="Copy the path" value={path} />
      </Group>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {example}
      </Code>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Write your proxy’s address in place of https://PROXY. The app gets the session token by attestation, and holds
          no key of the provider.
        </Text>
        <Copy label="Copy the example" value={example} />
      </Group>
    </Stack>
  )
}

function Copy({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button variant="subtle" size="compact-xs" onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </CopyButton>
  )
}
