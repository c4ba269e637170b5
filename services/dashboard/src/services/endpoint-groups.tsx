import { Checkbox, Code, Fieldset, List, Stack, Text } from '@mantine/core'
import type { Preset } from '../api/types.js'
import { allowsGroup, withGroup } from './path-lines.js'

interface EndpointGroupsProps {
  readonly preset: Preset
  /** As they are entered, one per line. */
  readonly paths: string
  readonly onChange: (paths: string) => void
}

/** What the provider offers, by what it lets an app do. Choosing a group adds its paths to the allowed ones. */
export function EndpointGroups({ preset, paths, onChange }: EndpointGroupsProps) {
  return (
    <Fieldset legend={`What apps may do at ${preset.name}`}>
      <Stack gap="xs">
        {preset.endpoints.map((group) => (
          <Checkbox
            key={group.name}
            label={group.byDefault ? group.name : `${group.name} (not by default)`}
            description={group.lets}
            checked={allowsGroup(paths, group)}
            onChange={(event) => onChange(withGroup(paths, group, event.currentTarget.checked))}
          />
        ))}
      </Stack>
      {preset.reserved.length === 0 ? null : (
        <Text component="details" size="sm" mt="sm">
          <summary>Endpoints that no app should be allowed</summary>
          <List size="sm" mt="xs">
            {preset.reserved.map(({ method, path, gives }) => (
              <List.Item key={`${method} ${path}`}>
                <Code>
                  {method} {path}
                </Code>
                : {gives}
              </List.Item>
            ))}
          </List>
        </Text>
      )}
    </Fieldset>
  )
}
