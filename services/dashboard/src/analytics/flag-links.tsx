import { Anchor, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { UnusualPattern } from '../api/types.js'
import { useOrganization } from '../organization/organization-queries.js'
import { allSecretsOptions } from './analytics-queries.js'
import { rangeOfFlag } from './flag-words.js'

/** From an unusual pattern to where one sees who it was, and to the secret to replace. */
export function FlagLinks({ flag }: { readonly flag: UnusualPattern }) {
  const { org, may } = useOrganization()
  const { data: secrets } = useQuery(allSecretsOptions(org))
  const { kind, id } = flag.subject
  const concerned = (secrets ?? []).filter((secret) =>
    kind === 'secret' ? secret.id === id : secret.usedBy.some((service) => service.id === id),
  )
  return (
    <Group mt={4} style={{ columnGap: 16, rowGap: 2 }}>
      <Anchor
        {...LINK}
        renderRoot={(props) => (
          <Link to="/orgs/$org/access-log" params={{ org }} search={rangeOfFlag(flag)} {...props} />
        )}
      >
        See the access log of that time
      </Anchor>
      {kind === 'secret' || id.startsWith('usr_') ? null : (
        <Anchor
          {...LINK}
          renderRoot={(props) => (
            <Link
              to="/orgs/$org/analytics"
              params={{ org }}
              search={kind === 'service' ? { service: id, by: 'app' } : { app: id }}
              {...props}
            />
          )}
        >
          {kind === 'service' ? 'See which apps used it' : 'See what it used'}
        </Anchor>
      )}
      {concerned.map((secret) => (
        <Anchor
          key={secret.id}
          {...LINK}
          renderRoot={(props) => (
            <Link to="/orgs/$org/secrets/$secret" params={{ org, secret: secret.id }} {...props} />
          )}
        >
          {may('secrets:write') ? 'Replace' : 'See'} {secret.name}
        </Anchor>
      ))}
    </Group>
  )
}

/** In the text’s own colour: on a coloured ground that of links is too pale. */
const LINK = { size: 'sm', c: 'inherit' } as const
