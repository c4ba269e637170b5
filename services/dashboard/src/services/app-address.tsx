import { Code, Group, Stack, Text, Title } from '@mantine/core'
import type { Service } from '../api/types.js'
import { CopyButton } from '../kit/copy-button.js'
import { appPath, clientExample, shellExample } from './client-example.js'

/** What the app's code has to say in place of the provider's address. */
export function AppAddress({ service }: { readonly service: Service }) {
  return (
    <Stack gap="xs" maw={860}>
      <Title order={2} size="h4">
        How apps call it
      </Title>
      <Group gap="xs">
        <Text size="sm">
          Base URL of the app: your proxy’s address, then <Code>{appPath(service.slug)}</Code>
        </Text>
        <Copy label="Copy the path" value={appPath(service.slug)} />
      </Group>
      <Example of={clientExample(service)} copy="Copy the example">
        Write your proxy’s address in place of https://PROXY. An app whose policy is Audit or Off sends its app token in
        place of sessionToken. Others buy a session token by attestation, or by a debug token: the app’s page says how.
        The app never holds a key of the provider.
      </Example>
      <Example of={shellExample(service)} copy="Copy the commands">
        The app has to be linked to this API service. Its page has the app token and makes debug tokens.
      </Example>
    </Stack>
  )
}

interface ExampleProps {
  readonly of: string
  readonly copy: string
  /** What has to be known about it. */
  readonly children: string
}

function Example({ of, copy, children }: ExampleProps) {
  return (
    <>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {of}
      </Code>
      <Group gap="xs" justify="space-between">
        <Text size="sm" c="dimmed" maw={680}>
          {children}
        </Text>
        <Copy label={copy} value={of} />
      </Group>
    </>
  )
}

function Copy(props: { readonly label: string; readonly value: string }) {
  return <CopyButton variant="subtle" size="compact-xs" {...props} />
}
