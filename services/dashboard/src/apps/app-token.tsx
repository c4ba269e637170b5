import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { CopyButton } from '../kit/copy-button.js'
import { useOrganization } from '../organization/organization-queries.js'
import { POLICIES } from './policies.js'
import { TakeAway } from './take-away.js'

/** The app token: publishable, so it is shown to every member. */
export function AppToken({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const { label, means } = POLICIES[app.policy]
  const [isReplacing, setReplacing] = useState(false)
  return (
    <Paper withBorder p="md" mb="lg">
      <Stack gap="xs">
        <Title order={2} size="h5">
          App token
        </Title>
        <Group>
          <Code fz="sm" style={{ wordBreak: 'break-all' }}>
            {app.token}
          </Code>
          <CopyButton variant="default" size="compact-sm" value={app.token} />
          {may('apps:write') ? (
            <Button variant="default" size="compact-sm" onClick={() => setReplacing(true)}>
              Replace the app token
            </Button>
          ) : null}
        </Group>
        <Text size="sm" c="dimmed">
          Publishable: it names the app and proves nothing. Policy {label}: {means}
        </Text>
      </Stack>
      {isReplacing ? (
        <TakeAway
          title="Replace the app token?"
          action="Replace"
          call={() => answerOf(api.POST('/orgs/{org}/apps/{app}/token', { params: { path: { org, app: app.id } } }))}
          done={{ title: 'The app token is replaced', message: 'No new request is served with the old one any more.' }}
          onClose={() => setReplacing(false)}
        >
          <Text>
            The present token ends at once: copies of the app that carry it are refused until they are updated. Sessions
            stay valid.
          </Text>
        </TakeAway>
      ) : null}
    </Paper>
  )
}
