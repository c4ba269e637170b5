import { Alert, Code, Fieldset, List, Stack, Text } from '@mantine/core'
import type { components } from '../generated/openapi.js'
import { adviceFor } from './troubleshooting.js'

type Answer = components['schemas']['TestCall']

/** What came back, and what to check where it is a refusal. */
export function TestCallAnswer({ answer }: { readonly answer: Answer }) {
  const { status, elapsedMs, contentType, requestId, body, complete } = answer
  return (
    <Fieldset legend="Answer" aria-live="polite">
      <Stack gap="xs">
        <Text size="sm">
          Status <b>{status}</b> after {elapsedMs} ms, {contentType ?? 'no content type'}
          {requestId === null ? '' : `, request ${requestId}`}
        </Text>
        {body === null ? (
          <Text size="sm" c="dimmed">
            The body is not shown: it is no text, or was cut off, for example because it contained a secret.
          </Text>
        ) : (
          <Code block mah={320} style={{ overflow: 'auto', whiteSpace: 'pre-wrap', wordBreak: 'break-word' }}>
            {body === '' ? '(empty)' : body}
          </Code>
        )}
        {body !== null && !complete ? (
          <Text size="sm" c="dimmed">
            This is its beginning.
          </Text>
        ) : null}
        {adviceFor(answer).map(({ title, steps }) => (
          <Alert key={title} color="yellow" variant="light" title={`Troubleshooting: “${title}”`} role="note">
            <List size="sm">
              {steps.map((step) => (
                <List.Item key={step}>{step}</List.Item>
              ))}
            </List>
          </Alert>
        ))}
      </Stack>
    </Fieldset>
  )
}
