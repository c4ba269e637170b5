import { Alert, Anchor, Button, Code, List, Text } from '@mantine/core'
import type { Preset } from '../api/types.js'
import { limitWords } from '../kit/limits-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { recommendedSecret } from './service-form.js'

interface PresetFactsProps {
  readonly preset: Preset
  /** The names of the organization's secrets. */
  readonly secrets: readonly string[]
  readonly onAddSecret: () => void
}

/** What the preset has filled in, and which secret it wants. */
export function PresetFacts({ preset, secrets, onAddSecret }: PresetFactsProps) {
  const { may } = useOrganization()
  const { name, baseUrl, auth, secretName, keyFrom, limits, defaultHeaders } = preset
  const isMissing = recommendedSecret(preset, secrets) === undefined
  const place = auth.type === 'header' ? auth.name : 'Authorization: Bearer'
  const headers = Object.entries(defaultHeaders).map(([header, value]) => `${header}: ${value}`)
  return (
    <>
      <List size="sm" aria-label={`What is filled in for ${name}`}>
        <List.Item>
          Base URL <Code>{baseUrl}</Code>, key in <Code>{place}</Code>
        </List.Item>
        <List.Item>
          Secret <Code>{secretName}</Code>. Get the key from{' '}
          <Anchor href={keyFrom} target="_blank" rel="noreferrer" size="sm">
            {keyFrom}
          </Anchor>
        </List.Item>
        <List.Item>Limits: {limits.map(limitWords).join('; ')}</List.Item>
        {headers.length === 0 ? null : (
          <List.Item>
            Apps without the provider’s SDK have to send <Code>{headers.join(', ')}</Code>
          </List.Item>
        )}
      </List>
      {isMissing ? (
        <Alert color="yellow" variant="light" title={`There is no secret ${secretName} yet`} role="status">
          <Text size="sm">Add it, or choose another secret below.</Text>
          {may('secrets:write') ? (
            <Button variant="default" size="compact-sm" mt="xs" onClick={onAddSecret}>
              Add secret
            </Button>
          ) : null}
        </Alert>
      ) : null}
    </>
  )
}
