import { Anchor, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Secret } from '../api/types.js'

interface UsedByProps {
  readonly org: string
  readonly services: Secret['usedBy']
}

/** The API services that a secret is put into requests of. */
export function UsedBy({ org, services }: UsedByProps) {
  if (services.length === 0) return <>no API service</>
  return (
    <Group gap="xs">
      {services.map(({ id, slug, name }) => (
        <Anchor
          key={id}
          size="sm"
          renderRoot={(props) => <Link to="/orgs/$org/services/$service" params={{ org, service: slug }} {...props} />}
        >
          {name}
        </Anchor>
      ))}
    </Group>
  )
}
